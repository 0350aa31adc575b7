/**
 * What the last collection came to, and when the next is due: state `collected.json`. Collect writes it, for itself and for who
 * looks.
 */
import * as v from 'valibot';
import { count, parseJson, time } from './record.ts';

/** `waiting`: none has begun yet. `under-way`: there is more to do than one run can. `refused`: for the reason that it says. */
export const COLLECT_OUTCOMES = ['waiting', 'under-way', 'refused', 'collected'] as const;
export type CollectOutcome = (typeof COLLECT_OUTCOMES)[number];

export interface Collected {
  readonly outcome: CollectOutcome;
  readonly at: string;
  /** Not to be tried before. */
  readonly next: string;
  readonly reason?: string;
  readonly figures?: CollectFigures;
}

/** Of one run. Bytes are those of NAR files. */
export type CollectFigures = v.InferOutput<typeof figures>;

export const COLLECTED_KEY = 'collected.json';

const figures = v.object({
  names: count,
  liveNames: count,
  liveBytes: count,
  /** Nobody needs them, but not for long enough yet. */
  condemnedNames: count,
  condemnedNars: count,
  condemnedBytes: count,
  deletedNames: count,
  deletedNars: count,
  deletedBytes: count,
  /** Of all kinds, in both buckets. */
  deletedObjects: count,
  retiredReleases: count,
});

const schema = v.object({
  outcome: v.picklist(COLLECT_OUTCOMES),
  at: time,
  next: time,
  reason: v.exactOptional(v.string()),
  figures: v.exactOptional(figures),
});

export const formatCollected = (collected: Collected): string => `${JSON.stringify(collected, null, 1)}\n`;
/** @throws {Malformed} */
export const parseCollected = (text: string): Collected => parseJson('a record of a collection', schema, text);
