/**
 * An audit and a repair as a person reads them.
 *     2026-11-21  333,120 requests  all equal
 *     2026-11-22  331,904 requests  not equal
 *       packages_daily downloads: 46,810, and should be 46,466
 */
import type { AuditOfDay } from './audit.ts';
import type { Repair } from './repair.ts';

/** Nothing for a day without requests that is as it should be. */
export function dayInWords({ day, checkable, requests, differences }: AuditOfDay): string {
  if (requests === 0 && differences.length === 0 && checkable) return '';
  const verdict =
    differences.length > 0 ? 'not equal' : checkable ? 'all equal' : 'not checkable: requests may be gone';
  const lines = differences.map(
    ({ table, sum, right, found }) => `  ${table} ${sum}: ${figure(found)}, and should be ${figure(right)}`,
  );
  return [`${day}  ${figure(requests)} requests  ${verdict}`, ...lines].map((line) => `${line}\n`).join('');
}

export function auditInWords(days: readonly AuditOfDay[]): string {
  const unequal = days.filter(({ differences }) => differences.length > 0).map(({ day }) => day);
  const gone = days.filter(({ checkable }) => !checkable).length;
  const requests = days.reduce((sum, { requests }) => sum + requests, 0);
  const looked = `${figure(requests)} requests of ${days.length} days`;
  const but = gone === 0 ? '' : `, but ${gone} of the days can't be checked any more`;
  return unequal.length === 0
    ? `${looked}: each counted once, in every table${but}\n`
    : `${looked}: ${unequal.length} of the days not equal: ${unequal.join(' ')}${but}\n`;
}

export function repairInWords({ day, surplus, corrected, audited }: Repair, dryRun: boolean): string {
  const lines = [
    ...Object.entries(surplus).map(
      ([table, rows]) => `${table}: ${figure(rows)} rows ${dryRun ? 'are there' : 'were there'} more than once`,
    ),
    ...Object.entries(corrected).map(([table, keys]) => `${table}: ${figure(keys)} sums were wrong`),
  ];
  const verdict =
    audited.differences.length > 0 ? dayInWords(audited) : `${day} is exact${lines.length > 0 ? ' now' : ''}\n`;
  return lines.map((line) => `${line}\n`).join('') + verdict;
}

const figure = (number: number): string => String(number).replace(/\B(?=(\d{3})+$)/g, ',');
