/** Which programs ask, and in which versions. */
import type { ClientTotal } from '../../../../shared/analytics/queries/clients.ts';
import type { RangeName } from '../../../../shared/analytics/queries/range.ts';
import { ranked } from '../../../../shared/web/chart/ranked.ts';
import { aside } from '../../../../shared/web/figure-table.ts';
import { html, type Markup } from '../../../../shared/web/markup.ts';
import { nothingYet } from '../../../../shared/web/section.ts';
import { counted, percent } from '../../../../shared/web/words.ts';
import { dataOf } from './as-data.ts';
import { byDay } from './ranges.ts';
import { sum } from './sum.ts';
import { type Answered, toldColumn, type View } from './told-section.ts';

const SHOWN = 6;

export function clientsColumn(answer: Answered<readonly ClientTotal[]>, range: RangeName, view: View): Markup {
  return toldColumn({ id: 'clients', heading: 'Clients' }, answer, view, (rows) => {
    const all = sum(rows.map(({ requests }) => requests));
    const rest = sum(rows.slice(SHOWN).map(({ requests }) => requests));
    const shown = rows.slice(0, SHOWN).map((row) => ({ name: nameOf(row), requests: row.requests }));
    return {
      note: html`<p>Versions of Nix and other programs, as they introduce themselves.${byDay(range)}</p>`,
      ...(rows.length > 0 && { data: dataOf('/api/clients', { range }) }),
      matter:
        rows.length === 0
          ? nothingYet('Nobody has asked yet. Programs and their versions show from the first requests on.')
          : ranked({
              caption: 'Programs and their versions, by requests',
              headings: ['Program', 'Requests'],
              rows: [...shown, ...(rest > 0 ? [{ name: 'All others', requests: rest }] : [])].map(
                ({ name, requests }) => ({
                  name,
                  figure: html`${counted(requests)}${aside(percent(requests, all))}`,
                  value: requests,
                }),
              ),
            }),
    };
  });
}

function nameOf({ client, version }: ClientTotal): string {
  if (version === null) return `${client}, other versions`;
  return version === '' ? `${client}, no version` : `${client} ${version}`;
}
