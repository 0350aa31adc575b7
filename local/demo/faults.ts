/** What the demo's upstream has wrong at first, as real upstreams have had: a narinfo that is gone, a NAR that is not the signed one. */
import type { StorePath, StorePathHash } from '../../shared/nix/store-path.ts';
import type { StoreObject } from './store-object.ts';

export interface Fault {
  readonly path: StorePath;
  readonly kind: 'missing' | 'corrupt';
  /** The key that answers wrongly. */
  readonly key: string;
  /** What it answers; undefined when it is a 404. */
  readonly served: Buffer | undefined;
}

export function faultsOf(
  { missing, corrupt }: { readonly missing: StorePath; readonly corrupt: StorePath },
  store: ReadonlyMap<StorePathHash, StoreObject>,
): readonly Fault[] {
  const [gone, broken] = [missing, corrupt].map(({ hash }) => store.get(hash));
  if (!gone || !broken) throw new Error('what is wrong is in the store');
  return [
    { path: missing, kind: 'missing', key: gone.narInfoKey, served: undefined },
    { path: corrupt, kind: 'corrupt', key: broken.narKey, served: damaged(broken.narFile) },
  ];
}

/** One bit, in the middle. */
function damaged(file: Buffer): Buffer {
  const copy = Buffer.from(file);
  const middle = copy.length >> 1;
  copy[middle] = (copy[middle] ?? 0) ^ 1;
  return copy;
}
