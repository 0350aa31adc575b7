/** What pages took, as a table. */
import { count, size } from '../../../local/figures.ts';
import type { PagesReport } from './bench.ts';

export function pagesInWords({ rows, seconds, pages }: PagesReport): string {
  const widest = Math.max(...pages.map(({ path }) => path.length));
  return [
    `${count(rows)} requests of a month, made in ${seconds} s`,
    '',
    `${'page'.padEnd(widest)}  status       size  first ms  again ms`,
    ...pages.map(
      ({ path, status, bytes, firstMs, againMs, missing }) =>
        `${path.padEnd(widest)}  ${String(status).padStart(6)}  ${size(bytes).padStart(9)}  ${String(firstMs).padStart(8)}  ${againMs.toFixed(1).padStart(8)}${missing > 0 ? `  ${missing} without an answer` : ''}`,
    ),
    '',
  ].join('\n');
}
