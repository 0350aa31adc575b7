/** Of counts. */
export const sum = (counts: readonly number[]): number => counts.reduce((total, one) => total + one, 0);

/** Of what rows say of the same thing. */
export function summedBy<Row>(
  rows: readonly Row[],
  key: (row: Row) => string,
  value: (row: Row) => number,
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(key(row), (sums.get(key(row)) ?? 0) + value(row));
  return sums;
}
