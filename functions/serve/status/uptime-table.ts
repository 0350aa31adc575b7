/** The days of the strips that were not whole, in figures. */
import { PROBED_PARTS, type ProbedPart } from '../../../events/probes.ts';
import { numberTable } from '../../../shared/web/chart/numbers.ts';
import { aside } from '../../../shared/web/figure-table.ts';
import { html, type Markup, type Part } from '../../../shared/web/markup.ts';
import { dayWords, lasting } from '../../../shared/web/words.ts';
import { isMeasured, measuredDays, type Uptime, type UptimeDay } from './uptime.ts';

export const PART_NAMES: Readonly<Record<ProbedPart, string>> = {
  bucket: 'S3 backend',
  clickhouse: 'ClickHouse',
  upstream: 'Upstream',
};

const MINUTE_MS = 60_000;
/** A minute is missed now and then: what is less than a per cent of a day says nothing. */
const WORTH_TELLING = 15;

/** Rows: a page is not for a mirror's whole misery. */
const MOST_ROWS = 30;

type Row = { readonly from: string; readonly to: string; readonly cells: readonly (UptimeDay | undefined)[] };

/** Nothing where every day was whole, or none was measured. */
export function uptimeTable(uptime: Uptime): Markup | undefined {
  const parts = PROBED_PARTS.filter((part) => uptime[part].since !== undefined);
  const rows = rowsOf(parts.map((part) => new Map(measuredDays(uptime[part]).map((day) => [day.date, day]))));
  if (rows.length === 0) return undefined;
  const table = numberTable({
    caption: 'Days with an outage, or with a quarter of an hour or more that was not measured',
    headings: ['Day', ...parts.map((part) => PART_NAMES[part])],
    rows: rows
      .slice(0, MOST_ROWS)
      .map(({ from, to, cells }) => [
        from === to ? dayOf(from) : `${dayOf(from)} to ${dayOf(to)}`,
        ...cells.map(cellWords),
      ]),
  });
  const more =
    rows.length > MOST_ROWS &&
    html`<p>And ${rows.length - MOST_ROWS} more, which <a href="/api/status">the same as JSON</a> has.</p>`;
  return html`<details><summary>Show the days that were not whole</summary>${table}${more}</details>`;
}

const dayOf = (date: string): string => dayWords(new Date(date));

/** The newest first. Days one after the other on which nobody probed anything are one row. */
function rowsOf(parts: readonly ReadonlyMap<string, UptimeDay>[]): readonly Row[] {
  const dates = [...new Set(parts.flatMap((days) => [...days.keys()]))].sort().reverse();
  const rows: Row[] = [];
  let blank: Row | undefined; // the row before, if nothing was measured at all
  for (const date of dates) {
    const cells = parts.map((days) => days.get(date));
    const isBlank = cells.every((day) => day && !isMeasured(day));
    if (isBlank && blank) {
      blank = { ...blank, from: date };
      rows[rows.length - 1] = blank;
    } else {
      const row = { from: date, to: date, cells };
      blank = isBlank ? row : undefined;
      if (cells.some((day) => day && isTold(day))) rows.push(row);
      else blank = undefined;
    }
  }
  return rows;
}

const isTold = ({ down, unmeasured }: UptimeDay): boolean => down > 0 || unmeasured >= WORTH_TELLING;

function cellWords(day: UptimeDay | undefined): Part {
  if (!day) return '–';
  if (!isMeasured(day)) return 'not measured';
  const down = day.down > 0 && `${lasting(day.down * MINUTE_MS)} offline`;
  const gap = day.unmeasured > 0 && `${lasting(day.unmeasured * MINUTE_MS)} not measured`;
  if (!down) return gap || '–';
  return gap ? html`${down}${aside(gap)}` : down;
}
