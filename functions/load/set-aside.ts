/** What becomes of rows that ClickHouse refuses as data. Nothing that is validated here should be, so that it is a failure of load's. */
import { describeError } from '../../shared/errors.ts';
import type { Row, Table } from './log-tables.ts';
import { unreadableColumns } from './rows.ts';
import { failureRow } from './sort-delivery.ts';
import type { Token } from './token.ts';

export function setAside(
  { token, source }: { readonly token: Token; readonly source: string },
  table: Table,
  refused: readonly Row[],
  error: unknown,
): ReadonlyMap<Table, readonly Row[]> {
  const reason = describeError(error).message;
  const message = `${refused.length} rows were refused: ${reason}`;
  const at = refused[0]?.at ?? 0;
  const failure = failureRow({ id: `${token}:${table}`, at, code: 'REFUSED', source, message });
  const kept = refused.map(({ columns, ...row }) => ({
    ...row,
    columns: unreadableColumns(source, reason, JSON.stringify(columns)),
  }));
  return table === 'failures'
    ? new Map([['unreadable', kept]])
    : new Map<Table, readonly Row[]>([
        ['failures', [failure]],
        ['unreadable', kept],
      ]);
}
