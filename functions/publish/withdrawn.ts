/**
 * What was withdrawn because it was damaged (events/withdrawal.ts), until it is back. Its releases are followed meanwhile, whether or
 * not a channel stands at them: their manifests excuse what went with it, and are to say so no longer than it is true.
 *
 * Who notes a withdrawal holds no lease, and who carries it out may do so in several runs. From the moment when it is noted until the
 * last of its names has gone, all of these count as gone: what was taken away is not made again in between.
 */
import { NAMES_GOING_KEY, readNamesGoing } from '../../events/names-going.ts';
import { readable } from '../../events/record.ts';
import { releaseKey } from '../../events/release-manifest.ts';
import {
  hashOfWithdrawalKey,
  parseWithdrawal,
  WITHDRAWALS,
  type Withdrawal,
  withdrawalKey,
} from '../../events/withdrawal.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import type { Lease } from '../../shared/bucket/lease.ts';
import { describeError, Malformed } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import { readStorePaths } from '../../shared/nix/store-path-list.ts';
import type { Memory } from './memory.ts';
import type { FollowedRelease } from './releases.ts';

export interface Withdrawn {
  readonly records: Map<StorePathHash, Withdrawal>;
  /** Not away yet: damaged names, and those that go because of them. Nothing that refers to one of these is shown. */
  readonly going: ReadonlySet<StorePathHash>;
  /** What was read, damaged or not: key → etag. */
  readonly read: Map<string, string>;
}

type Noted = Pick<Bucket, 'list' | 'get'>;

async function etagsOf(state: Noted, signal: AbortSignal): Promise<Map<string, string>> {
  const etags = new Map<string, string>();
  for await (const { key, etag = '' } of state.list(WITHDRAWALS, { etags: true, signal })) etags.set(key, etag);
  return etags;
}

/** Whether somebody has noted or ended a withdrawal since: one listing, and no read. */
export async function hasChanged(
  { read }: Withdrawn,
  { state }: { readonly state: Noted },
  signal: AbortSignal,
): Promise<boolean> {
  const now = await etagsOf(state, signal);
  return now.size !== read.size || [...now].some(([key, etag]) => read.get(key) !== etag);
}

export async function readWithdrawn(
  { state, log }: { readonly state: Noted; readonly log: Log },
  signal: AbortSignal,
): Promise<Withdrawn> {
  const read = await etagsOf(state, signal);
  const records = new Map<StorePathHash, Withdrawal>();
  for (const key of read.keys()) {
    if (key === NAMES_GOING_KEY) continue;
    const record = readable(parseWithdrawal, await getText(state, key, signal));
    // One that is damaged is written anew by who finds the path damaged still.
    if (!record || record.hash !== hashOfWithdrawalKey(key)) log.error('withdrawal.damaged', { key });
    else records.set(record.hash, record);
  }
  const open = [...records.values()].filter(({ awaySince }) => awaySince === undefined);
  const list = open.length > 0 ? await state.get(NAMES_GOING_KEY, { signal }) : undefined;
  const going = new Set(list ? await readNamesGoing(list.body) : []);
  for (const { hash } of open) going.add(hash);
  return { records, going, read };
}

/** Follows their releases, and has what is away asked for. */
export async function followWithdrawn(
  { withdrawn, releases, visible, damaged }: Pick<Memory, 'withdrawn' | 'releases' | 'visible' | 'damaged'>,
  { log }: { readonly log: Log },
  signal: AbortSignal,
): Promise<void> {
  for (const { hash, releases: excusing, awaySince } of withdrawn.records.values()) {
    if (!(await visible.isVisible(hash, signal)) && awaySince !== undefined) damaged.add(hash);
    for (const release of excusing) {
      await releases.follow(release, true, signal).catch((error: unknown) => {
        if (!(error instanceof Malformed)) throw error;
        log.error('release.damaged', { release, error: describeError(error) });
      });
    }
  }
}

/**
 * A release that has not settled yet may count on paths that an earlier one guaranteed, and does not wait for them by itself. Now it waits
 * for those that it lists and that are away.
 * @throws {Malformed} when its list is not here or damaged.
 */
export async function awaitWithdrawn(
  { release, pending }: FollowedRelease,
  { releases }: Pick<Memory, 'releases'>,
  bucket: Pick<Bucket, 'get'>,
  signal: AbortSignal,
): Promise<void> {
  const away = new Set<StorePathHash>();
  for (const other of releases.followed) if (other.manifest) for (const hash of other.pending) away.add(hash);
  if (away.size === 0) return;
  const list = await bucket.get(releaseKey(release, 'store-paths.xz'), { signal });
  if (!list) throw new Malformed(`${release} has no store-paths.xz`, { field: 'store-paths.xz', release });
  for await (const { hash } of readStorePaths(list.body)) {
    if (!away.has(hash)) continue;
    const path = releases.pathOf(hash);
    if (path) pending.add(path.hash);
  }
}

/** Takes away the records of what is back, with all that went with it. Answers how many. */
export async function forgetReturned(
  { withdrawn, releases, visible }: Pick<Memory, 'withdrawn' | 'releases' | 'visible'>,
  {
    state,
    lease,
    log,
  }: { readonly state: Pick<Bucket, 'delete'>; readonly lease: Pick<Lease, 'keep'>; readonly log: Log },
  signal: AbortSignal,
): Promise<number> {
  const isExcused = ({ hash, releases: excusing }: Withdrawal): boolean =>
    excusing.some((release) =>
      releases.get(release)?.manifest?.unavailable.some(({ path, because }) => path.hash === hash || because === hash),
    );
  const returned = [...withdrawn.records.values()].filter(
    (record) => record.awaySince !== undefined && visible.knows(record.hash) && !isExcused(record),
  );
  for (const { hash, awaySince } of returned) {
    await state.delete(withdrawalKey(hash), await lease.keep(signal));
    withdrawn.records.delete(hash);
    withdrawn.read.delete(withdrawalKey(hash));
    log.info('withdrawal.returned', { 'store_path.hash': hash, away_since: awaySince });
  }
  return returned.length;
}
