/**
 * The scrub: reads all that is here, slowly and again and again, so that what rots is known before somebody is given it. What is found
 * rotten is withdrawn, and brought anew.
 *
 * It goes by names and not by NARs: a narinfo says what its NAR has to be, by a signature, and a NAR that is gone is missed by its name
 * alone. A slice looks at as much as it may and has time for; its record is the place where the next one goes on, wherever one was cut.
 */
import { dateOf, readable } from '../../../events/record.ts';
import { formatScrub, parseScrub, SCRUB_KEY, type ScrubRecord, type ScrubRound } from '../../../events/scrub.ts';
import { bytesOf, unchangedSince } from '../../../shared/bucket/bucket.ts';
import { Conflict } from '../../../shared/errors.ts';
import type { PublicKey } from '../../../shared/nix/signature.ts';
import { type CarriedOut, type CarryOutDeps, carryOut } from '../withdraw/carry-out.ts';
import { allowanceNow } from './allowance.ts';
import { createScrubber, MOST_WITHDRAWN } from './scrubber.ts';

export interface ScrubDeps extends CarryOutDeps {
  readonly trustedKeys: readonly PublicKey[];
}

export interface ScrubSlice {
  /** `SCRUB_BYTES_PER_DAY` */
  readonly bytesPerDay: number;
  /** Until when it begins to read NARs (ms); the last few are read to their end, and what was found is withdrawn after that. */
  readonly endsAt: number;
  /** Until when names are taken away (ms). */
  readonly withdrawsUntil: number;
  /** `COLLECT_MOST_SHARE`: of all names, go at most. */
  readonly mostShare: number;
  /** How long publish is asked for the lease then, in milliseconds. */
  readonly waitMs: number;
}

/** `off`: it may read nothing. `waiting`: not now. `round-over`: it has seen all. `elsewhere`: somebody else scrubs. */
export interface Scrubbed {
  readonly outcome: 'off' | 'waiting' | 'under-way' | 'round-over' | 'elsewhere';
  readonly withdrawn?: CarriedOut;
}

/** Rounds do not follow each other more quickly, however little there is. */
const ROUND_EVERY_MS = 86_400_000;
const SAVE_EVERY_MS = 10_000;

export async function scrubSlice(
  { bytesPerDay, endsAt, withdrawsUntil, mostShare, waitMs }: ScrubSlice,
  deps: ScrubDeps,
  signal: AbortSignal,
): Promise<Scrubbed> {
  const { state, log, now } = deps;
  const began = now().getTime();
  const carrying = { waitMs, endsAt: withdrawsUntil, most: { names: MOST_WITHDRAWN, share: mostShare } };
  const left = await carryOut(carrying, deps, signal); // by an earlier run, or an operator's: it has all the time there is
  if (bytesPerDay === 0) return told('off', left);
  if (left.outcome === 'under-way') return told('waiting', left);
  const stored = await state.get(SCRUB_KEY, { signal });
  let etag = stored?.etag;
  const before = readable(parseScrub, stored && (await bytesOf(stored.body)).toString('utf8'));
  let record: ScrubRecord = {
    ...before,
    at: now().toISOString(),
    allowance: allowanceNow(before, bytesPerDay, now()),
  };
  const outcome = await scrubbed();
  log.debug('scrub.done', { outcome, duration_ms: now().getTime() - began });
  if (left.outcome === 'refused') return told(outcome, left); // more of it would be refused, too
  const withdrawn = await carryOut(carrying, deps, signal);
  return told(outcome, withdrawn.outcome === 'nothing' ? left : withdrawn);

  async function scrubbed(): Promise<Scrubbed['outcome']> {
    try {
      const found = await scrub();
      await save();
      return found;
    } catch (error) {
      if (error instanceof Conflict) return 'elsewhere';
      throw error;
    }
  }

  async function scrub(): Promise<'waiting' | 'under-way' | 'round-over'> {
    const round = record.round ?? newRound();
    if (!round || record.allowance <= 0) return 'waiting';
    const scrubber = createScrubber(round, deps);
    const total = record.allowance;
    let savedAt = now().getTime();
    for await (const progress of scrubber.batches(signal)) {
      record = { ...record, at: now().toISOString(), allowance: total - progress.read, round: progress.round };
      const isOver = now().getTime() >= endsAt || record.allowance <= 0;
      if (isOver) return 'under-way';
      if (now().getTime() - savedAt < SAVE_EVERY_MS) continue;
      await save();
      savedAt = now().getTime();
    }
    const { round: done = round, ...rest } = record;
    const { cursor: _, withdrawn, ...seen } = done;
    record = { ...rest, last: { ...seen, ended: now().toISOString() } };
    const { names, nars, bytes, found } = seen;
    log.info('scrub.round', { names, nars, bytes, ...found, withdrawn, began: dateOf(new Date(seen.began)) });
    return 'round-over';
  }

  function newRound(): ScrubRound | undefined {
    const began = now().toISOString();
    const isSoon = record.last && Date.parse(began) - Date.parse(record.last.began) < ROUND_EVERY_MS;
    return isSoon ? undefined : { began, cursor: '', names: 0, nars: 0, bytes: 0, found: {}, withdrawn: 0 };
  }

  /** By compare-and-swap: of two that scrub, one gives way. */
  async function save(): Promise<void> {
    etag = (await state.put(SCRUB_KEY, formatScrub(record), { only: unchangedSince(etag), signal })).etag;
  }
}

const told = (outcome: Scrubbed['outcome'], withdrawn: CarriedOut): Scrubbed =>
  withdrawn.outcome === 'nothing' ? { outcome } : { outcome, withdrawn };
