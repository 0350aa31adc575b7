/**
 * The span of time that the tables take: what is older is dropped by ClickHouse at once, though its views have counted it, and
 * every further day is one more partition of an insert.
 */
const OLDEST_MS = 90 * 24 * 3_600_000;
/** Clocks differ. */
const NEWEST_MS = 2 * 3_600_000;

export const isWithinReach = (at: number, begun: Date): boolean =>
  at >= begun.getTime() - OLDEST_MS && at <= begun.getTime() + NEWEST_MS;
