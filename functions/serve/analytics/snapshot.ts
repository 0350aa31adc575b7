/**
 * The last answer to a question, for when ClickHouse is away: state `snapshots/analytics/<topic>.<which>.json`. Serve writes it.
 *     {"at":"2026-11-22T11:33:07.123Z","threshold":10,"found":[{"pname":"hello","downloads":12,"bodyBytes":34567}]}
 * Rows and not HTML, so that a newer version can show them, too.
 */
import * as v from 'valibot';
import { parseJson, time } from '../../../events/record.ts';
import { type Bucket, bytesOf } from '../../../shared/bucket/bucket.ts';

/** @param which of a closed list: it becomes a part of a key. */
export const snapshotKey = (topic: string, which: string): string => `snapshots/analytics/${topic}.${which}.json`;

export interface Snapshot<Found> {
  readonly at: Date;
  readonly found: Found;
  /** What was downloaded less often is not in it. */
  readonly threshold: number;
}

/** The longest answers have some hundred kilobytes. */
const MOST_BYTES = 8 * 2 ** 20;

/** Its text; undefined where there is none, or none of ours. */
export async function readSnapshot(
  state: Pick<Bucket, 'get'>,
  key: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const object = await state.get(key, { signal });
  if (!object || object.size > MOST_BYTES) {
    await object?.body[Symbol.asyncIterator]().return?.();
    return undefined;
  }
  return (await bytesOf(object.body)).toString();
}

export const formatSnapshot = ({ at, found, threshold }: Snapshot<unknown>): string =>
  `${JSON.stringify({ at: at.toISOString(), threshold, found })}\n`;

/**
 * @param wanted `threshold`: as it is now. One that was lower let more names in than may be told any more.
 * @throws {Malformed}
 */
export function parseSnapshot<Found>(
  text: string,
  wanted: { readonly schema: v.GenericSchema<unknown, Found>; readonly threshold: number },
): Snapshot<Found> {
  const threshold = v.pipe(v.number(), v.minValue(wanted.threshold));
  const { at, ...rest } = parseJson('a snapshot', v.object({ at: time, threshold, found: wanted.schema }), text);
  return { at: new Date(at), ...rest };
}
