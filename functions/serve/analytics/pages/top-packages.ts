/** The first of the ranking, and where the rest of it is. */
import type { RangeName } from '../../../../shared/analytics/queries/range.ts';
import type { PackageTotal } from '../../../../shared/analytics/queries/top-packages.ts';
import { html, type Markup } from '../../../../shared/web/markup.ts';
import { nothingYet } from '../../../../shared/web/section.ts';
import { of } from '../../../../shared/web/words.ts';
import { dataOf } from './as-data.ts';
import { findPackage } from './find-package.ts';
import { fitting } from './package-link.ts';
import { RANGE_WORDS } from './ranges.ts';
import { ranking } from './ranking.ts';
import { type Answered, toldSection, type View } from './told-section.ts';
import { addressOf } from './wanted.ts';

/** More make the page long, and /packages has them. */
const SHOWN = { most: 12, characters: 800 };

export function topPackagesSection(answer: Answered<readonly PackageTotal[]>, range: RangeName, view: View): Markup {
  return toldSection({ id: 'packages', heading: 'Most downloaded' }, answer, view, (rows) => ({
    note: html`<p>A dependency counts like a wish: good for comparing, not for counting people.${threshold(view.threshold)}${byDay(range)}</p>${findPackage(range)}`,
    ...(rows.length > 0 && { data: dataOf('/api/packages', { range }) }),
    matter:
      rows.length === 0
        ? noPackage(range, view.threshold)
        : html`${ranking(fitting(rows, SHOWN), 'Packages by downloads')}${
            rows.length > fitting(rows, SHOWN).length &&
            html`<p class="small"><a href="${addressOf('/packages', { range })}">More packages</a></p>`
          }`,
  }));
}

/** What every list of packages says of itself. */
export const threshold = (least: number): string =>
  least > 1 ? ` Under ${of(least, 'download')}, a package is not listed.` : '';

/** What is summed up by the day can't be had by the hour. */
export const byDay = (range: RangeName): string => (range === '24h' ? ' Counted by the day: yesterday and today.' : '');

export const noPackage = (range: RangeName, least: number): Markup =>
  nothingYet(
    `Nothing was downloaded ${least > 1 ? `${least} times ` : ''}in ${RANGE_WORDS[range].long}. Packages are listed here from ${of(Math.max(1, least), 'download')} on.`,
  );
