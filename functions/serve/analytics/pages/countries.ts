/** Where downloads go, where a CDN says it, and only where there are many. */
import type { CountryTotal } from '../../../../shared/analytics/queries/countries.ts';
import type { RangeName } from '../../../../shared/analytics/queries/range.ts';
import { ranked } from '../../../../shared/web/chart/ranked.ts';
import { aside } from '../../../../shared/web/figure-table.ts';
import { html, type Part } from '../../../../shared/web/markup.ts';
import { counted, percent } from '../../../../shared/web/words.ts';
import { countryThreshold } from '../country-threshold.ts';
import { isTold } from '../topic.ts';
import { dataOf } from './as-data.ts';
import { byDay } from './ranges.ts';
import { sum } from './sum.ts';
import { type Answered, toldColumn, type View } from './told-section.ts';

const SHOWN = 7;
const NOT_SAID = 'ZZ';

/** Nothing where no country is known: not every mirror is behind a CDN that says one. */
export function countriesColumn(answer: Answered<readonly CountryTotal[]>, range: RangeName, view: View): Part {
  if (!isTold(answer) || answer.found.every(({ country }) => country === NOT_SAID)) return undefined;
  return toldColumn({ id: 'countries', heading: 'Countries' }, answer, view, (rows) => {
    const all = sum(rows.map(({ downloads }) => downloads));
    return {
      note: html`<p>From ${countryThreshold(view.threshold)} downloads on, never by package or program. Shares are of those that are named.${byDay(range)}</p>`,
      data: dataOf('/api/countries', { range }),
      matter: ranked({
        caption: 'Countries by downloads',
        headings: ['Country', 'Downloads'],
        rows: rows.slice(0, SHOWN).map(({ country, downloads }) => ({
          name: countryName(country),
          figure: html`${counted(downloads)}${aside(percent(downloads, all))}`,
          value: downloads,
        })),
      }),
    };
  });
}

/** Loaded by the few pages that need it: it costs some milliseconds. */
let names: Intl.DisplayNames | undefined;

function countryName(code: string): string {
  if (code === NOT_SAID) return 'Not said';
  names ??= new Intl.DisplayNames(['en'], { type: 'region', fallback: 'code' });
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}
