/** What is downloaded more than a week ago. */
import type { RisingPackage } from '../../../../shared/analytics/queries/rising-packages.ts';
import { ranked } from '../../../../shared/web/chart/ranked.ts';
import { aside } from '../../../../shared/web/figure-table.ts';
import { html, type Markup } from '../../../../shared/web/markup.ts';
import { nothingYet } from '../../../../shared/web/section.ts';
import { counted } from '../../../../shared/web/words.ts';
import { dataOf } from './as-data.ts';
import { fitting, packageLink } from './package-link.ts';
import { type Answered, toldColumn, type View } from './told-section.ts';

const SHOWN = { most: 6, characters: 450 };

export function risingColumn(answer: Answered<readonly RisingPackage[]>, view: View): Markup {
  return toldColumn({ id: 'rising', heading: 'Rising this week' }, answer, view, (rows) => ({
    note: html`<p>Downloads of seven whole days against the seven before, the most surprising first.</p>`,
    ...(rows.length > 0 && { data: dataOf('/api/rising') }),
    matter:
      rows.length === 0
        ? nothingYet('Nothing rises yet. This compares whole weeks, and shows from the first whole day on.')
        : ranked({
            caption: 'Packages that are downloaded more than a week ago',
            headings: ['Package', 'Downloads'],
            rows: fitting(rows, SHOWN).map(({ pname, downloads, before }) => ({
              name: packageLink(pname),
              figure: html`${counted(downloads)}${aside(growth(downloads, before))}`,
              value: downloads,
            })),
          }),
  }));
}

const growth = (downloads: number, before: number): string =>
  before === 0 ? 'new' : `+${counted(Math.round((100 * (downloads - before)) / before))}\u202f%`;
