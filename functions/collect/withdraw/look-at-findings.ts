/**
 * Which of the findings that are noted are not so any more. A record may be old when it comes to be carried out: meanwhile a volume was
 * mounted again, or copy brought a NAR for another path. So each is looked at once more, under the lease.
 */
import { readable } from '../../../events/record.ts';
import { stagedKey } from '../../../events/staged.ts';
import { formatWithdrawal, type Withdrawal, withdrawalKey } from '../../../events/withdrawal.ts';
import { type Bucket, bytesOf } from '../../../shared/bucket/bucket.ts';
import type { Log } from '../../../shared/log.ts';
import { narInfoKey } from '../../../shared/nix/cache-object.ts';
import { type NarInfo, parseNarInfo } from '../../../shared/nix/narinfo.ts';
import type { NameGraph } from '../name-graph.ts';
import type { Slice } from '../slice.ts';
import { flawOfLabels } from '../verify/check-name.ts';
import type { FindingKind } from '../verify/finding.ts';

export interface LookDeps {
  readonly bucket: Pick<Bucket, 'head' | 'get'>;
  readonly state: Pick<Bucket, 'get'>;
}

export interface TakeBackDeps {
  readonly state: Pick<Bucket, 'put'>;
  readonly log: Log;
  readonly now: () => Date;
}

/** Whose finding is that something has no name, or none that can be read. */
const ABOUT_NAMES: ReadonlySet<string> = new Set<FindingKind>([
  'reference-missing',
  'listed-missing',
  'narinfo-damaged',
]);

export async function refuted(
  open: Iterable<Withdrawal>,
  graph: Pick<NameGraph, 'at' | 'idOf'>,
  deps: LookDeps,
  signal: AbortSignal,
): Promise<readonly Withdrawal[]> {
  const wrong: Withdrawal[] = [];
  for (const one of open) if (await isRefuted(one, graph, deps, signal)) wrong.push(one);
  return wrong;
}

async function isRefuted(
  { hash, kind, nar }: Withdrawal,
  graph: Pick<NameGraph, 'at' | 'idOf'>,
  { bucket, state }: LookDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const named = await readNarInfo(narInfoKey(hash), bucket, signal);
  if (ABOUT_NAMES.has(kind)) return named !== undefined;
  if (!nar) return false;
  // Its name may be away already, and it staged again.
  const narInfo = graph.at(graph.idOf(hash))?.visible ? named : await readNarInfo(stagedKey(hash), state, signal);
  if (narInfo?.url !== nar.key) return false;
  const head = await bucket.head(nar.key, signal);
  return head !== undefined && head.etag !== nar.etag && flawOfLabels(head, narInfo) === undefined;
}

async function readNarInfo(
  key: string,
  bucket: Pick<Bucket, 'get'>,
  signal: AbortSignal,
): Promise<NarInfo | undefined> {
  const stored = await bucket.get(key, { signal });
  return stored && readable(parseNarInfo, await bytesOf(stored.body));
}

/** Nothing of it was carried out; or something was, and then publish sees to it that all of that comes back, as if it had been true. */
export async function takeBack(
  { hash, ...withdrawal }: Withdrawal,
  graph: NameGraph,
  { state, log, now }: TakeBackDeps,
  slice: Slice,
): Promise<void> {
  log.warn('withdrawal.refuted', { 'store_path.hash': hash, kind: withdrawal.kind });
  const isWhole = graph.at(graph.idOf(hash))?.visible && withdrawal.releases.length === 0;
  if (isWhole) return slice.delete('state', withdrawalKey(hash));
  const record = formatWithdrawal({ ...withdrawal, hash, awaySince: now().toISOString() });
  await state.put(withdrawalKey(hash), record, { signal: await slice.change() });
}
