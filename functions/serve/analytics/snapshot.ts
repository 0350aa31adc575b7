/**
 * The last answer to a question, for when ClickHouse is away: state `snapshots/analytics/<topic>.<which>.json`. Serve writes it.
 *     {"at":"2026-11-22T11:33:07.123Z","found":[{"pname":"hello","downloads":12,"bodyBytes":34567}]}
 * Rows and not HTML, so that a newer version can show them, too.
 */
import * as v from 'valibot';
import { parseJson, time } from '../../../events/record.ts';

/** @param which of a closed list: it becomes a part of a key. */
export const snapshotKey = (topic: string, which: string): string => `snapshots/analytics/${topic}.${which}.json`;

export interface Snapshot<Found> {
  readonly at: Date;
  readonly found: Found;
}

export const formatSnapshot = ({ at, found }: Snapshot<unknown>): string =>
  `${JSON.stringify({ at: at.toISOString(), found })}\n`;

/** @throws {Malformed} */
export function parseSnapshot<Found>(text: string, schema: v.GenericSchema<unknown, Found>): Snapshot<Found> {
  const { at, found } = parseJson('a snapshot', v.object({ at: time, found: schema }), text);
  return { at: new Date(at), found };
}
