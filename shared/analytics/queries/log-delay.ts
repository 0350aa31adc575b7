/** How far behind the log stream is: the newest event that has been loaded. */
import * as v from 'valibot';
import { type Asked, askOne, count, moment } from './ask.ts';
import { DAY, hoursOf } from './range.ts';

/** `newest`: when it happened; null when nothing came lately. The others are of the last day's deliveries. */
export const logDelayRow = v.object({
  newest: v.nullable(moment),
  deliveries: count,
  rows: count,
  unreadable: count,
});
export type LogDelay = v.InferOutput<typeof logDelayRow>;

/** Further back nobody looks: what is older than two days is no delay, but an end. */
const DAYS_BACK = 2;

export const logDelay = (now: Date, client: Asked, signal: AbortSignal): Promise<LogDelay> =>
  askOne(
    {
      sql: `SELECT nullIf(greatest(
            (SELECT max(d.newest) FROM deliveries AS d WHERE begun >= {from:DateTime('UTC')}),
            (SELECT max(r.ts) FROM requests AS r WHERE ts >= {from:DateTime('UTC')})), toDateTime64(0, 3, 'UTC')) AS newest,
          count() AS deliveries, sum(d.rows) AS rows, sum(d.unreadable) AS unreadable
        FROM deliveries AS d WHERE begun >= {to:DateTime('UTC')}`,
      params: hoursOf({ from: new Date(now.getTime() - DAYS_BACK * DAY), to: new Date(now.getTime() - DAY) }),
      row: logDelayRow,
    },
    client,
    signal,
  );
