/**
 * Which of the findings that are noted are not so any more. A record may be old when it comes to be carried out: meanwhile a volume was
 * mounted again, or copy brought a NAR for another path. So each is looked at once more, under the lease.
 */
import { stagedKey } from '../../../events/staged.ts';
import type { Withdrawal } from '../../../events/withdrawal.ts';
import { type Bucket, bytesOf } from '../../../shared/bucket/bucket.ts';
import { Malformed } from '../../../shared/errors.ts';
import { narInfoKey } from '../../../shared/nix/cache-object.ts';
import { type NarInfo, parseNarInfo } from '../../../shared/nix/narinfo.ts';
import type { NameGraph } from '../name-graph.ts';
import { flawOfLabels } from '../verify/check-name.ts';
import type { FindingKind } from '../verify/finding.ts';

export interface LookDeps {
  readonly bucket: Pick<Bucket, 'head' | 'get'>;
  readonly state: Pick<Bucket, 'get'>;
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
  if (!stored) return undefined;
  try {
    return parseNarInfo(await bytesOf(stored.body));
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}
