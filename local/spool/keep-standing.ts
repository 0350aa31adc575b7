/** Keeps the record of how the spool stands: written when it has changed, and not too often; what was dropped before is added up. */
import { readable } from '../../events/record.ts';
import {
  formatSpoolStanding,
  parseSpoolStanding,
  SPOOL_STANDING_KEY,
  type SpoolStanding,
} from '../../events/spool-standing.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';

export interface StandingDeps {
  readonly state: Pick<Bucket, 'get' | 'put'>;
  readonly now: () => Date;
  /** Milliseconds that only ever grow. */
  readonly clock?: () => number;
  readonly everyMs?: number;
}

/** What the runtime knows by itself. */
export interface SpoolNow {
  readonly waiting: SpoolStanding['waiting'];
  readonly loadedUpTo: Date | undefined;
  /** Since the last time. */
  readonly dropped: number;
}

export interface StandingKeeper {
  /** @param atOnce for the last time. Never throws: what can't be written now is written later. */
  tell(now: SpoolNow, atOnce?: boolean): Promise<void>;
}

const EVERY_MS = 15_000;
const BUDGET_MS = 5_000;
/** What was dropped long ago is no news. */
const FORGET_MS = 30 * 24 * 3_600_000;

export function keepStanding(deps: StandingDeps): StandingKeeper {
  const { state, now, clock = () => performance.now(), everyMs = EVERY_MS } = deps;
  let before: Pick<SpoolStanding, 'loadedUpTo' | 'dropped'> | undefined;
  let droppedSince = 0;
  let written = { text: '', at: Number.NEGATIVE_INFINITY };

  const readBefore = async (signal: AbortSignal) =>
    readable(parseSpoolStanding, await getText(state, SPOOL_STANDING_KEY, signal)) ?? { dropped: { lines: 0 } };

  return {
    async tell({ waiting, loadedUpTo, dropped }, atOnce = false) {
      droppedSince += dropped;
      if (!atOnce && clock() - written.at < everyMs) return;
      const [at, signal] = [now(), AbortSignal.timeout(BUDGET_MS)];
      try {
        before ??= await readBefore(signal);
        const standing = {
          waiting,
          ...withLoaded(loadedUpTo?.toISOString() ?? before.loadedUpTo),
          dropped: droppedOf(before.dropped, droppedSince, at),
        };
        const text = JSON.stringify(standing);
        if (text === written.text) return;
        await state.put(SPOOL_STANDING_KEY, formatSpoolStanding({ at: at.toISOString(), ...standing }), { signal });
        before = standing;
        droppedSince = 0;
        written = { text, at: clock() };
      } catch {
        written = { ...written, at: clock() }; // whoever uses the bucket for more than this says what is wrong with it
      }
    },
  };
}

const withLoaded = (loadedUpTo: string | undefined) => (loadedUpTo === undefined ? {} : { loadedUpTo });

function droppedOf(before: SpoolStanding['dropped'], more: number, at: Date): SpoolStanding['dropped'] {
  const time = at.toISOString();
  const isOld = before.last !== undefined && at.getTime() - Date.parse(before.last) > FORGET_MS;
  const { lines, since = time } = isOld ? { lines: 0 } : before;
  if (more > 0) return { lines: lines + more, since, last: time };
  return isOld ? { lines: 0 } : before;
}
