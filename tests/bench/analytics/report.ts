/** What the benchmark found, as tables. */
import { count, size } from '../../../local/figures.ts';
import type { BenchReport, QueryTime } from './bench.ts';

export function reportInWords(report: BenchReport): string {
  const { rows, days, batch, way, load, bulk, tables, queries, audit } = report;
  const requests = tables.find(({ table }) => table === 'requests');
  const ratio = load.rowsPerSecond / bulk.rowsPerSecond;
  return [
    `${count(rows)} requests of ${days} days, ${count(batch)} at a time, ${way === 'load' ? 'through load' : 'by insert'}`,
    `loaded at   ${count(load.rowsPerSecond)} rows/s (${load.seconds} s)`,
    `in bulk at  ${count(bulk.rowsPerSecond)} rows/s (${bulk.seconds} s), by the engine itself with the same views: ratio ${ratio.toFixed(2)}`,
    `a request   ${((requests?.bytes ?? 0) / rows).toFixed(1)} B`,
    `audit       ${count(audit.ms)} ms: ${count(audit.requests)} requests, ${audit.differences} differences`,
    '',
    ...table(
      ['table', 'rows', 'bytes', 'B/row'],
      tables.map((one) => [
        one.table,
        count(one.rows),
        size(one.bytes),
        (one.bytes / Math.max(1, one.rows)).toFixed(1),
      ]),
    ),
    '',
    ...table(['query', 'rows', 'ms', 'from requests', 'ratio'], queries.map(queryRow)),
    '',
  ].join('\n');
}

const queryRow = ({ name, rows, ms, fromRequestsMs }: QueryTime): readonly string[] => [
  name,
  count(rows),
  ms.toFixed(1),
  ...(fromRequestsMs === undefined ? ['', ''] : [fromRequestsMs.toFixed(1), (ms / fromRequestsMs).toFixed(2)]),
];

/** The first column to the left, figures to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => (row[at] ?? '').length)));
  return [head, ...rows].map((row) =>
    head
      .map((_, at) => (at === 0 ? (row[at] ?? '').padEnd(widths[at] ?? 0) : (row[at] ?? '').padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
