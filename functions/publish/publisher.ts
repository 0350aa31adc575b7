/**
 * publish: the only writer of names. Whatever a client sees here, it can install completely from here.
 *
 * A tick reads what changed, makes visible what is ready, settles releases and moves channels, and asks copy for what is
 * lacking. It may be cut anywhere and run again. What it remembers between ticks can always be read anew from the buckets,
 * and is thrown away when somebody else held the lease in between, or has noted a withdrawal.
 */
import type { RecordLog } from '../../events/log-record.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import { createLease } from '../../shared/bucket/lease.ts';
import type { Log } from '../../shared/log.ts';
import type { Metrics } from '../../shared/metrics.ts';
import { CACHE_INFO_KEY } from '../../shared/nix/cache-object.ts';
import type { Queue } from '../../shared/queue/queue.ts';
import { askAgain } from './ask-again.ts';
import { askForAbsent } from './ask-for-absent.ts';
import { openUsage, type Usage } from './keep-usage.ts';
import { createMemory, type Memory } from './memory.ts';
import { moveChannels } from './move-channels.ts';
import { createPace } from './pace.ts';
import { createPartProbes, type Parts } from './probe-parts.ts';
import { refreshChannels } from './refresh-channels.ts';
import { findStaged, takeIn } from './refresh-staged.ts';
import { forgetHealed, refreshUnavailable } from './refresh-unavailable.ts';
import { createProgressReport } from './report-progress.ts';
import { settleReleases } from './settle-releases.ts';
import { showReady } from './show-ready.ts';
import { createFailureTeller } from './tell-failure.ts';
import { tellFailedTick, tellTick } from './tell-tick.ts';
import { followWithdrawn, forgetReturned, hasChanged, readWithdrawn } from './withdrawn.ts';
import { createChanges } from './write-changes.ts';

export interface PublishDeps {
  readonly bucket: Bucket;
  readonly state: Bucket;
  readonly copyQueue: Pick<Queue, 'sendAll' | 'depth'>;
  readonly log: Log;
  readonly records: RecordLog;
  readonly metrics: Metrics;
  readonly now: () => Date;
  /** The lease's, for tests. */
  readonly steady?: () => number;
  /** Names this publisher in the lease. */
  readonly holder: string;
  /** What `nix-cache-info` says in the public bucket, which is itself a binary cache. */
  readonly cacheInfo: string;
  /** `MAX_BUCKET_BYTES`: only then is it counted what the bucket holds. */
  readonly maxBucketBytes?: number | undefined;
  /** What is probed once a minute. */
  readonly parts: Parts;
}

export interface Tick extends Work {
  /** `other-holder`: somebody else publishes. `paced`: the last listing took long, and the next may not come yet. */
  readonly outcome: 'ticked' | 'other-holder' | 'paced';
  /** There was nothing to do, and will not be until copy brings something or time passes. */
  readonly idle: boolean;
}

/** What a tick has done, and what it leaves. */
export interface Work {
  /** Narinfos made visible. */
  readonly shown: number;
  /** Store paths asked of copy for the first time. */
  readonly asked: number;
  /** Manifests written. */
  readonly settled: number;
  /** Pointers written. */
  readonly moved: number;
  /** Narinfos that wait for a reference. */
  readonly staged: number;
  /** Store paths that are known to be unavailable. */
  readonly unavailable: number;
}

export interface Publisher {
  tick(signal: AbortSignal): Promise<Tick>;
}

export function createPublisher(deps: PublishDeps): Publisher {
  const lease = createLease(deps);
  const pace = createPace(deps.now);
  const progress = createProgressReport({ ...deps, lease });
  const probes = createPartProbes(deps);
  const tellFailure = createFailureTeller(deps);
  let memory: Memory | undefined;

  return {
    async tick(signal) {
      const began = deps.now().getTime();
      try {
        const tick = pace.isDue() ? await tickNow(signal) : nothingDone('paced');
        tellTick(tick, deps.now().getTime() - began, deps);
        return tick;
      } catch (error) {
        tellFailure(error);
        tellFailedTick(error, deps.now().getTime() - began, deps);
        throw error;
      }
    },
  };

  async function tickNow(signal: AbortSignal): Promise<Tick> {
    const term = await lease.hold(signal);
    if (term === undefined) return nothingDone('other-holder');
    const probing = probes.run(lease.keep, signal);
    try {
      if (memory?.term !== term) await putCacheInfo(deps, signal);
      if (memory?.term !== term || (await hasChanged(memory.withdrawn, deps, signal)))
        memory = await remember(term, signal);
      return await workOff(memory, signal);
    } finally {
      await probing; // whatever else failed: that is when one wants to know
    }
  }

  async function remember(term: number, signal: AbortSignal): Promise<Memory> {
    const known = createMemory(term, await readWithdrawn(deps, signal), deps);
    await followWithdrawn(known, deps, signal);
    return { ...known, usage: await usageOf(signal), changes: createChanges(known, { ...deps, lease }) };
  }

  async function usageOf(signal: AbortSignal): Promise<Usage | undefined> {
    const limit = deps.maxBucketBytes;
    return limit === undefined ? undefined : openUsage({ ...deps, lease, limit }, signal);
  }

  async function workOff(memory: Memory, signal: AbortSignal): Promise<Tick> {
    const began = deps.now();
    const { staged, unavailable } = await pace.listing(async () => ({
      unavailable: await refreshUnavailable(memory, deps, signal),
      staged: await findStaged(memory, deps, signal),
    }));
    const followed = await refreshChannels(memory, deps, signal);
    let taken = 0;
    let shown = await showReady(memory, { ...deps, lease }, signal); // what a cut tick left ready
    for (let from = 0; from < staged.length; from += TAKEN_AT_ONCE) {
      taken += await takeIn(staged.slice(from, from + TAKEN_AT_ONCE), memory, deps, signal);
      shown += await showReady(memory, { ...deps, lease }, signal);
    }
    const healed = await forgetHealed(memory, deps, signal);
    const settled = await settleReleases(memory, { ...deps, lease }, signal);
    const returned = await forgetReturned(memory, { ...deps, lease }, signal);
    const moved = await moveChannels(memory, { ...deps, lease }, signal);
    const asked = await askForAbsent(memory, deps, signal);
    const changes = taken + unavailable + followed + shown + healed + settled + returned + moved + asked;
    if (changes > 0) memory.lastProgress = deps.now();
    await progress.tell(memory, signal);
    const again = await askAgain(memory, deps, signal);
    const idle = changes + again === 0;
    await memory.usage?.keep({ began, idle }, signal);
    const writing = await memory.changes.advance({ began, idle }, signal);
    const left = { staged: memory.index.size, unavailable: memory.unavailable.size };
    const done = { shown, asked, settled, moved };
    const isIdle = idle && !writing && !memory.usage?.isCountingFirst();
    return { outcome: 'ticked', idle: isIdle, ...done, ...left };
  }
}

/** After so many are read, what is ready is shown: a first tick with much that is staged need not end to be of use. */
const TAKEN_AT_ONCE = 2_000;

const NO_WORK: Work = { shown: 0, asked: 0, settled: 0, moved: 0, staged: 0, unavailable: 0 };
const nothingDone = (outcome: Tick['outcome']): Tick => ({ outcome, idle: false, ...NO_WORK });

async function putCacheInfo({ bucket, cacheInfo }: PublishDeps, signal: AbortSignal): Promise<void> {
  if ((await getText(bucket, CACHE_INFO_KEY, signal)) === cacheInfo) return;
  await bucket.put(CACHE_INFO_KEY, cacheInfo, { signal });
}
