/** The first of the ranking, and where the rest of it is. */
import type { RangeName } from '../../../../shared/analytics/queries/range.ts';
import type { PackageTotal } from '../../../../shared/analytics/queries/top-packages.ts';
import { html, type Markup } from '../../../../shared/web/markup.ts';
import { dataOf } from './as-data.ts';
import { findPackage } from './find-package.ts';
import { fitting } from './package-link.ts';
import { byDay } from './ranges.ts';
import { noPackage, ranking, threshold } from './ranking.ts';
import { type Answered, toldSection, type View } from './told-section.ts';
import { addressOf } from './wanted.ts';

/** More make the page long, and /packages has them. */
const SHOWN = { most: 12, characters: 800 };

export function topPackagesSection(answer: Answered<readonly PackageTotal[]>, range: RangeName, view: View): Markup {
  return toldSection({ id: 'packages', heading: 'Most downloaded' }, answer, view, (rows) => {
    const shown = fitting(rows, SHOWN);
    return {
      note: html`<p>A dependency counts like a wish: good for comparing, not for counting people.${threshold(view.threshold)}${byDay(range)}</p>${findPackage(range)}`,
      ...(rows.length > 0 && { data: dataOf('/api/packages', { range }) }),
      matter:
        rows.length === 0
          ? noPackage(range, view.threshold)
          : html`${ranking(shown, 'Packages by downloads')}${
              rows.length > shown.length &&
              html`<p class="small"><a href="${addressOf('/packages', { range })}">More packages</a></p>`
            }`,
    };
  });
}
