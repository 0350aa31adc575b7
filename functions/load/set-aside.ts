/** What becomes of rows that ClickHouse refuses as data. Nothing that is validated here should be, so that it is a failure of load's. */
import { describeError } from '../../shared/errors.ts';
import type { Row, Table } from './log-tables.ts';
import type { Token } from './token.ts';
import { failureRow, unreadableRow } from './unreadable-rows.ts';

interface Refused {
  readonly table: Table;
  readonly rows: readonly Row[];
  readonly error: unknown;
}

export function setAside(
  { token, source }: { readonly token: Token; readonly source: string },
  { table, rows, error }: Refused,
): ReadonlyMap<Table, readonly Row[]> {
  const reason = describeError(error).message;
  const kept = rows.map(({ at, eventId, columns }) =>
    unreadableRow({ at, eventId, source, reason, line: JSON.stringify(columns) }),
  );
  const message = `${rows.length} rows were refused: ${reason}`;
  const failure = failureRow({ id: `${token}:${table}`, at: rows[0]?.at ?? 0, code: 'REFUSED', source, message });
  return new Map<Table, readonly Row[]>([
    ...(table === 'failures' ? [] : [['failures', [failure]] as const]), // they would be refused as well
    ['unreadable', kept],
  ]);
}
