/**
 * Loads one delivery of the log stream, so that each of its events is in its table once, and counted once by each view: however
 * often it comes, wherever it was cut, and whatever it has in common with other deliveries.
 *
 * What it comes to depends on nothing but the delivery and when it was tried first, which is written down before any of its rows is.
 */
import type { Log } from '../../shared/log.ts';
import type { LogTables } from './log-tables.ts';
import { putOnce, whatIsThere } from './put-once.ts';
import { type Counts, type Readable, sortDelivery, sourceOf } from './sort-delivery.ts';

export interface LoadDeps {
  readonly tables: LogTables;
  readonly now: () => Date;
  readonly log: Log;
}

export interface Loaded extends Counts {
  readonly source: string;
  /** Rows that were left out, since they were there. */
  readonly already: number;
  /** Of its youngest line. */
  readonly newest: Date;
}

/** The tables remember 100,000 inserts, and replicated ones two weeks; that many need 28 hours at one a second. */
const REMEMBERED_MS = 20 * 3_600_000;

/** @throws {AnalyticsFailed} when it has to be tried again. */
export async function loadDelivery(delivery: Readable, deps: LoadDeps, signal: AbortSignal): Promise<Loaded> {
  const { tables, now, log } = deps;
  const { token } = delivery;
  const source = sourceOf(delivery);
  const at = now();
  const asFirst = sortDelivery(delivery, at);
  const { newest, counts: found } = asFirst;

  // All at once, for mostly it is the first try. Who writes it down again later changes nothing.
  const [first, there] = await Promise.all([
    tables.begunAt(token, signal),
    whatIsThere(asFirst.rows, tables, signal),
    tables.begin({ token, begun: at, source, newest, ...found }, signal),
  ]);
  const before = first && first < at ? first : undefined;
  const { rows, counts, reason } = before ? sortDelivery(delivery, before) : asFirst;
  const present = before ? await whatIsThere(rows, tables, signal) : there;

  const remembered = at.getTime() - (before ?? at).getTime() < REMEMBERED_MS;
  const already = await putOnce({ rows, token, source, remembered }, present, { tables, log }, signal);
  if (reason !== undefined) log.warn('load.unreadable', { source, count: counts.unreadable, reason });
  return { source, ...counts, already, newest };
}
