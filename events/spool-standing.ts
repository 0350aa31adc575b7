/**
 * How the log stream of one machine stands: state `spool.json`. The local runtime writes it, the status page reads it, so that this is
 * known while ClickHouse is down, too. Deployed there is none.
 *     {"at":"2026-11-25T11:33:07.000Z","waiting":{"segments":3,"bytes":81920,"oldest":"2026-11-25T11:32:40.000Z"},
 *      "loadedUpTo":"2026-11-25T11:32:38.000Z","dropped":{"lines":0}}
 */
import * as v from 'valibot';
import { count, parseJson, time } from './record.ts';

export interface SpoolStanding {
  readonly at: string;
  readonly waiting: {
    readonly segments: number;
    readonly bytes: number;
    /** When the oldest was begun; absent when none waits. */
    readonly oldest?: string;
  };
  /** When the newest that is loaded was closed; absent while none is. */
  readonly loadedUpTo?: string;
  /** Lines that are in no table and in no segment: over the spool's limit, or not written at all. */
  readonly dropped: {
    readonly lines: number;
    /** The first and the last time. */
    readonly since?: string;
    readonly last?: string;
  };
}

export const SPOOL_STANDING_KEY = 'spool.json';

const schema = v.object({
  at: time,
  waiting: v.object({ segments: count, bytes: count, oldest: v.exactOptional(time) }),
  loadedUpTo: v.exactOptional(time),
  dropped: v.object({ lines: count, since: v.exactOptional(time), last: v.exactOptional(time) }),
});

export const formatSpoolStanding = (standing: SpoolStanding): string => `${JSON.stringify(standing, null, 1)}\n`;
/** @throws {Malformed} */
export const parseSpoolStanding = (text: string): SpoolStanding => parseJson('a record of the spool', schema, text);
