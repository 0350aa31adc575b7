/** What failed in the pipeline: by stage and code, never with the message, which is for operators. */
import * as v from 'valibot';
import { type Asked, ask, count, moment } from './ask.ts';
import { hoursOf, type Range } from './range.ts';

/** `dead`: how many of them went to the dead letters; the others were tried again. `last`: when. */
export const failureRow = v.object({
  stage: v.string(),
  code: v.string(),
  failures: count,
  dead: count,
  last: moment,
});
export type FailureTotal = v.InferOutput<typeof failureRow>;

/** The most come first. */
export const failures = (range: Range, client: Asked, signal: AbortSignal): Promise<readonly FailureTotal[]> =>
  ask(
    {
      sql: `SELECT stage, code, count() AS failures, countIf(f.dead) AS dead, max(ts) AS last
        FROM failures AS f
        WHERE ts >= {from:DateTime('UTC')} AND ts < {to:DateTime('UTC')}
        GROUP BY stage, code ORDER BY failures DESC, stage, code`,
      params: hoursOf(range),
      row: failureRow,
    },
    client,
    signal,
  );
