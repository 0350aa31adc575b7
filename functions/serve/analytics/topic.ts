/** What the analytics can be asked about, so that a page and the API give the same answer. */
import type * as v from 'valibot';
import type { Asked as Client } from '../../../shared/analytics/queries/ask.ts';

export interface Asking {
  readonly client: Client;
  readonly now: Date;
  /** What is downloaded less often is not named. */
  readonly threshold: number;
}

/** @typeParam Wanted plain values by which two questions are told apart: names of ranges, never their dates. */
export interface Topic<Wanted, Found> {
  readonly name: string;
  readonly ask: (wanted: Wanted, asking: Asking, signal: AbortSignal) => Promise<Found>;
  /** Reads what was kept. */
  readonly schema: v.GenericSchema<unknown, Found>;
  /**
   * Under which name an answer is kept in the state bucket, for when ClickHouse is away. Only for what has few values of `Wanted`: nobody
   * who asks may make it keep more and more. Absent: it is kept in memory alone.
   */
  readonly keptAs?: (wanted: Wanted) => string;
}

/** An answer. `fresh`: ClickHouse gave it just now, or a minute ago; if not, it is the last that it gave, and as of `at`. */
export interface Told<Found> {
  readonly found: Found;
  readonly at: Date;
  readonly fresh: boolean;
}

/** Why there is no answer: there is no ClickHouse, or it is away and nothing was kept. */
export type Untold = 'not-configured' | 'not-available';

/** Never throws, and ends in time. */
export type Tell = <Wanted, Found>(topic: Topic<Wanted, Found>, wanted: Wanted) => Promise<Told<Found> | Untold>;

export const isTold = <Found>(answer: Told<Found> | Untold): answer is Told<Found> => typeof answer !== 'string';
