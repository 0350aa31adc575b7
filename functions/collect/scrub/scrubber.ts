/** Looks at names from where a round has come to, a few at a time. What is rotten is noted before the round has gone on. */
import type { ScrubRound } from '../../../events/scrub.ts';
import type { Bucket } from '../../../shared/bucket/bucket.ts';
import { BucketDown, BucketFailed, describeError } from '../../../shared/errors.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import type { Log } from '../../../shared/log.ts';
import { cacheObject, narInfoKey } from '../../../shared/nix/cache-object.ts';
import type { PublicKey } from '../../../shared/nix/signature.ts';
import type { StorePathHash } from '../../../shared/nix/store-path.ts';
import { checkName } from '../verify/check-name.ts';
import type { Finding, FindingKind } from '../verify/finding.ts';
import { createKnownNames } from '../verify/known-names.ts';
import { createNarReader, type ReaderDeps } from '../verify/read-nars.ts';
import { noteWithdrawals } from '../withdraw/note-withdrawals.ts';

export interface ScrubberDeps {
  readonly bucket: Pick<Bucket, 'list' | 'head' | 'get'>;
  readonly state: Pick<Bucket, 'get' | 'put'>;
  readonly trustedKeys: readonly PublicKey[];
  readonly log: Log;
  readonly now: () => Date;
  readonly sleep: ReaderDeps['sleep'];
}

export interface ScrubProgress {
  readonly round: ScrubRound;
  /** Bytes that were read since this began. */
  readonly read: number;
}

/**
 * What nobody has to be asked about. Not what a wrong setting or a bucket that was copied without its labels would look like: of that
 * only a person can say whether it is damage.
 */
const ROT: ReadonlySet<FindingKind> = new Set([
  'nar-rotten',
  'nar-missing',
  'narinfo-damaged',
  'reference-missing',
] as const);
/** In one round. More are no rot: something is wrong with the bucket, and somebody has to look. */
export const MOST_WITHDRAWN = 100;
const BATCH = 16;
/** Objects in a row that the bucket does not give: then it is the bucket. */
const MOST_UNREAD = 20;

export function createScrubber(from: ScrubRound, deps: ScrubberDeps) {
  const { bucket, log } = deps;
  const known = createKnownNames(bucket);
  const figures = { nars: 0, bytes: 0 };
  const readNar = createNarReader(deps, figures);
  let unread = 0;

  async function look(hash: StorePathHash, signal: AbortSignal): Promise<readonly Finding[]> {
    signal.throwIfAborted();
    try {
      const checked = await checkName(hash, { ...deps, ...known, readNar, deep: true }, signal);
      unread = 0;
      return checked?.findings ?? [];
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof BucketFailed) || error instanceof BucketDown || unread >= MOST_UNREAD) throw error;
      unread += 1;
      return [{ kind: 'unread', key: narInfoKey(hash), hash, evidence: describeError(error).message }];
    }
  }

  async function note(findings: readonly Finding[], withdrawn: number, signal: AbortSignal): Promise<number> {
    for (const { kind, key, path, evidence } of findings)
      log.warn('scrub.found', { kind, key, store_path: path, evidence });
    const rotten = findings.filter(({ kind }) => ROT.has(kind));
    const chosen = rotten.slice(0, Math.max(0, MOST_WITHDRAWN - withdrawn));
    if (chosen.length < rotten.length) log.error('scrub.brake', { withdrawn, limit: MOST_WITHDRAWN });
    return noteWithdrawals(chosen, deps, signal);
  }

  return {
    /** After each few names how far it has come; it goes on when the next is asked for. */
    async *batches(signal: AbortSignal): AsyncGenerator<ScrubProgress, undefined> {
      let round = from;
      for await (const keys of batchesOf(namesAfter(from.cursor, bucket, signal))) {
        const findings: Finding[] = [];
        await inParallel(keys.values(), BATCH, async (hash) => {
          findings.push(...(await look(hash, signal)));
        });
        const withdrawn = round.withdrawn + (await note(findings, round.withdrawn, signal));
        const found = { ...round.found };
        for (const { kind } of findings) found[kind] = (found[kind] ?? 0) + 1;
        round = {
          ...round,
          cursor: [...keys.keys()].at(-1) ?? round.cursor,
          names: round.names + keys.size,
          nars: from.nars + figures.nars,
          bytes: from.bytes + figures.bytes,
          found,
          withdrawn,
        };
        yield { round, read: figures.bytes };
      }
      return undefined;
    },
  };
}

/** Keys of narinfos, with whose they are. */
async function* namesAfter(
  cursor: string,
  bucket: Pick<Bucket, 'list'>,
  signal: AbortSignal,
): AsyncGenerator<readonly [string, StorePathHash], undefined> {
  for await (const { key } of bucket.list('', { shallow: true, after: cursor, signal })) {
    const object = cacheObject(`/${key}`);
    if (object?.kind === 'narinfo') yield [key, object.hash];
  }
  return undefined;
}

async function* batchesOf<K, V>(entries: AsyncIterable<readonly [K, V]>): AsyncGenerator<ReadonlyMap<K, V>, undefined> {
  let batch = new Map<K, V>();
  for await (const [key, value] of entries) {
    batch.set(key, value);
    if (batch.size < BATCH) continue;
    yield batch;
    batch = new Map();
  }
  if (batch.size > 0) yield batch;
  return undefined;
}
