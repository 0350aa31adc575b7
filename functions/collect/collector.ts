/**
 * collect: takes away what nobody needs any more. The roots are the releases that stay, those under way and the pins; what is dead is
 * condemned first, and deleted a grace period later if it is dead still.
 *
 * A run looks at everything without a lease, and then deletes for one slice under it. It may be cut anywhere, and run at any time and
 * by anybody: it does what is due.
 */
import {
  COLLECTED_KEY,
  type Collected,
  type CollectFigures,
  formatCollected,
  parseCollected,
} from '../../events/collected.ts';
import { CONDEMNED_KEY, type Condemned, formatCondemned } from '../../events/condemned.ts';
import { MOST_MESSAGE } from '../../events/failure-record.ts';
import type { RecordLog } from '../../events/log-record.ts';
import { readable } from '../../events/record.ts';
import { type Bucket, getText, unchangedSince } from '../../shared/bucket/bucket.ts';
import { createLease } from '../../shared/bucket/lease.ts';
import { isDue } from '../../shared/due.ts';
import { CollectRefused, Conflict, describeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import { type CollectPolicy, figuresOf, type Plan, planCollection } from './plan-collection.ts';
import { sweep } from './sweep.ts';
import { tellFailure, tellRun } from './tell-run.ts';

export interface CollectDeps {
  readonly bucket: Bucket;
  readonly state: Bucket;
  readonly policy: CollectPolicy;
  readonly log: Log;
  readonly records: RecordLog;
  readonly now: () => Date;
  /** The lease's, for tests. */
  readonly steady?: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** Names this collector in the lease: not publish's name, which would take the lease from it in the middle of a tick. */
  readonly holder: string;
}

export interface Run {
  /** When it has to be done (ms). */
  readonly endsAt: number;
  /** Only if it is time to: a day after the last one began, and at once where one is under way. */
  readonly whenDue: boolean;
  /** How long publish may be kept from its work. Default half a minute. */
  readonly sliceMs?: number;
}

/** `not-due`: nothing was looked at. */
export type Outcome = { readonly outcome: 'not-due' } | Omit<Collected, 'at' | 'next'>;

export interface Collector {
  run(run: Run, signal: AbortSignal): Promise<Outcome>;
}

const DAY_MS = 86_400_000;
const SLICE_MS = 30_000;
/** Shorter than publish's: a collector that is killed keeps it from its work for so long. */
const LEASE_MS = 30_000;
/** A deployed publish may only look in its next minute but one. */
const MOST_WAIT_MS = 240_000;
/** For the last deletions and words. */
const KEEP_BACK_MS = 30_000;

export function createCollector(deps: CollectDeps): Collector {
  const { state, policy, log, records, now } = deps;
  const lease = createLease({ ...deps, durationMs: LEASE_MS });

  return {
    async run(run, signal) {
      const began = now().getTime();
      if (run.whenDue && !(await isTimeTo(began, signal))) return { outcome: 'not-due' };
      const outcome = await collectOrRefuse(run, began, signal);
      if (outcome.outcome !== 'not-due') tellRun(outcome, now().getTime() - began, log);
      return outcome;
    },
  };

  async function collectOrRefuse(run: Run, began: number, signal: AbortSignal): Promise<Outcome> {
    try {
      return await collect(run, began, signal);
    } catch (error) {
      const { code, message } = describeError(error);
      records.add({ kind: 'failure', stage: 'collect', code, message: message.slice(0, MOST_MESSAGE) });
      if (!(error instanceof CollectRefused)) {
        tellFailure(error, now().getTime() - began, log);
        throw error;
      }
      return note({ outcome: 'refused', reason: message }, began + DAY_MS, signal);
    }
  }

  async function isTimeTo(at: number, signal: AbortSignal): Promise<boolean> {
    const last = readable(parseCollected, await getText(state, COLLECTED_KEY, signal));
    if (last) return isDue(Date.parse(last.next), at, DAY_MS);
    await note({ outcome: 'waiting' }, at + DAY_MS, signal); // a mirror that has just begun has other things to do
    return false;
  }

  async function collect({ endsAt, sliceMs = SLICE_MS }: Run, began: number, signal: AbortSignal): Promise<Outcome> {
    const timeLeft = (): number => endsAt - KEEP_BACK_MS - now().getTime();
    const plan = await planCollection(policy, deps, { isLate: () => timeLeft() <= 0, keep: true }, signal);
    if (!plan) return note({ outcome: 'under-way' }, began, signal);
    if (plan.refusal !== undefined) throw new CollectRefused(plan.refusal);
    sayIfTooLarge(plan);
    const etag = await writeCondemned(plan.condemned, plan.etag, signal);
    if (etag === undefined) return note({ outcome: 'under-way' }, began, signal);
    const figures = figuresOf(plan);
    if (plan.due.length === 0) return done(figures, began, signal);
    if (timeLeft() < sliceMs) return note({ outcome: 'under-way', figures }, began, signal);
    const limits = { sliceMs, waitMs: Math.min(MOST_WAIT_MS, timeLeft() - sliceMs) };
    const { deleted, left, over } = await sweep(plan, policy, limits, { ...deps, lease }, signal);
    // What comes again under the same key has a grace period of its own.
    const condemned = without(over, plan.condemned);
    if (over.size > 0) await writeCondemned(condemned, etag, signal);
    const counted = {
      ...figuresOf({ ...plan, condemned }),
      deletedNames: deleted.names,
      deletedNars: deleted.nars,
      deletedBytes: deleted.narBytes,
      deletedObjects: deleted.objects,
      retiredReleases: deleted.releases,
    };
    if (!left) return done(counted, began, signal);
    return note({ outcome: 'under-way', figures: counted }, began, signal);
  }

  function sayIfTooLarge({ live, evicted }: Plan): void {
    if (live.bytes > policy.mostBytes) {
      const message = 'what is needed takes more than RETAIN_BYTES, and stays';
      log.warn('collect.over-budget', { message, bytes: live.bytes, limit: policy.mostBytes });
    }
    if (evicted.length > 0) log.info('collect.evicted', { releases: evicted.length, limit: policy.mostBytes });
  }

  /** By compare-and-swap: of two collectors the one that looked first gives way. */
  async function writeCondemned(
    since: Condemned['since'],
    etag: string | undefined,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    try {
      const body = formatCondemned({ at: now().toISOString(), since });
      return (await state.put(CONDEMNED_KEY, body, { only: unchangedSince(etag), signal })).etag;
    } catch (error) {
      if (error instanceof Conflict) return undefined;
      throw error;
    }
  }

  function done(figures: CollectFigures, began: number, signal: AbortSignal): Promise<Outcome> {
    return note({ outcome: 'collected', figures }, began + DAY_MS, signal);
  }

  async function note(outcome: Omit<Collected, 'at' | 'next'>, next: number, signal: AbortSignal): Promise<Outcome> {
    const record = { ...outcome, at: now().toISOString(), next: new Date(next).toISOString() };
    await state.put(COLLECTED_KEY, formatCollected(record), { signal });
    return outcome;
  }
}

const without = (keys: ReadonlySet<string>, since: Condemned['since']): Condemned['since'] =>
  new Map([...since].filter(([key]) => !keys.has(key)));
