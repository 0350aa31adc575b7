/** `/packages`: the ranking alone, and the search in it. */
import type { PackageTotal } from '../../../../shared/analytics/queries/top-packages.ts';
import { html, type Part } from '../../../../shared/web/markup.ts';
import { nothingYet } from '../../../../shared/web/section.ts';
import { of } from '../../../../shared/web/words.ts';
import type { Tell } from '../topic.ts';
import { LISTED, LOG_DELAY, PACKAGES, PACKAGES_LIKE } from '../topics.ts';
import type { Made } from './analytics-page.ts';
import { dataOf } from './as-data.ts';
import { looksOf, staleLine, upTo } from './figures-band.ts';
import { findPackage } from './find-package.ts';
import { freshnessOf, saidAt } from './freshness.ts';
import { byDay, RANGE_WORDS, rangeLinks } from './ranges.ts';
import { noPackage, ranking, threshold } from './ranking.ts';
import { toldSection, type View } from './told-section.ts';
import { addressOf, type Wanted } from './wanted.ts';

export async function packagesPage({ range, text }: Wanted, tell: Tell, given: View): Promise<Made> {
  const [packages, logDelay] = await Promise.all([
    text === '' ? tell(PACKAGES, { range }) : tell(PACKAGES_LIKE, { range, text, limit: LISTED }),
    tell(LOG_DELAY, {}),
  ]);
  const freshness = freshnessOf([packages], logDelay);
  const view = { ...given, saidAt: saidAt(freshness) };
  const none = (): Part =>
    text === ''
      ? noPackage(range, view.threshold)
      : nothingYet(
          html`No package with “${text}” in its name was downloaded ${view.threshold > 1 && `${view.threshold} times`} in ${RANGE_WORDS[range].long}. <a href="${addressOf('/packages', { range })}">All packages</a>`,
        );
  return {
    freshness,
    page: {
      title: text === '' ? 'Packages' : `Packages with ${text}`,
      ...looksOf(freshness),
      current: '/packages',
      band: html`<h1 class="title">Packages</h1>
<p class="lead">By their downloads from this mirror in ${RANGE_WORDS[range].long}${upTo(logDelay, view.now)}.</p>
${staleLine(freshness, view.now)}${findPackage(range, text)}${rangeLinks('/packages', range, text)}`,
      sections: toldSection(
        { id: 'packages', heading: text === '' ? 'Most downloaded' : 'Found' },
        packages,
        view,
        (rows) => ({
          note: html`<p>${shown(rows, text)}${threshold(view.threshold)}${byDay(range)}</p><p>A dependency counts like a wish: good for comparing, not for counting people. <a href="/what-is-counted">What is counted</a></p>`,
          ...(rows.length > 0 && { data: dataOf('/api/packages', { range, text }) }),
          matter: rows.length === 0 ? none() : ranking(rows, 'Packages by downloads'),
        }),
      ),
    },
  };
}

function shown({ length }: readonly PackageTotal[], text: string): string {
  if (length === 0) return '';
  if (text !== '')
    return length < LISTED ? `${of(length, 'package')}, the likeliest first.` : `The ${LISTED} likeliest.`;
  return length < LISTED ? 'All that are listed.' : `The first ${LISTED}; any other is found by its name.`;
}
