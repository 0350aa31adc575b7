/** `/packages/<pname>`: one package, its rank, and its versions over time. */
import type { PackageDay } from '../../../../shared/analytics/queries/package-days.ts';
import type { PackageRecent } from '../../../../shared/analytics/queries/package-recent.ts';
import type { RangeName } from '../../../../shared/analytics/queries/range.ts';
import { html, type Markup } from '../../../../shared/web/markup.ts';
import { compact, counted, of, sized } from '../../../../shared/web/words.ts';
import { isTold, type Tell } from '../topic.ts';
import { LOG_DELAY, PACKAGE, PACKAGE_DAYS } from '../topics.ts';
import type { Made } from './analytics-page.ts';
import { looksOf, staleLine, upTo } from './figures-band.ts';
import { freshnessOf, saidAt } from './freshness.ts';
import { versionDaysSection, versionsSection } from './package-versions.ts';
import { RANGE_WORDS, rangeLinks } from './ranges.ts';
import { inTwo, NOT_KNOWN, type Stat, stats } from './stats.ts';
import { sum } from './sum.ts';
import type { Answered, View } from './told-section.ts';

export async function packagePage(pname: string, range: RangeName, tell: Tell, given: View): Promise<Made> {
  const [recent, days, logDelay] = await Promise.all([
    tell(PACKAGE, { pname }),
    tell(PACKAGE_DAYS, { pname, range }),
    tell(LOG_DELAY, {}),
  ]);
  const freshness = freshnessOf([recent, days], logDelay);
  const view = { ...given, saidAt: saidAt(freshness) };
  const path = `/packages/${encodeURIComponent(pname)}`;
  const its = { path, range, isNamed: isTold(recent) && recent.found !== null };
  const common = { title: pname, ...looksOf(freshness), current: '/packages' } as const;
  const head = html`<p class="small"><a href="/packages">All packages</a></p><h1 class="title">${pname}</h1>`;
  const foot = html`${staleLine(freshness, view.now)}${rangeLinks(path, range)}`;
  if (isTold(recent) && recent.found === null && isTold(days) && days.found.length === 0)
    return { freshness, page: { ...common, band: html`${head}${few(view)}${foot}`, sections: '' } };
  return {
    freshness,
    page: {
      ...common,
      band: html`${head}<p class="lead">Downloads from this mirror in ${RANGE_WORDS[range].long}${upTo(logDelay, view.now)}.</p>${foot}`,
      figures: packageStats(recent, days, range, view),
      sections: html`${versionDaysSection(days, its, view)}${versionsSection(days, its, view)}`,
    },
  };
}

/** Whether nobody has ever heard of it is not told either. */
const few = ({ threshold }: View): Markup =>
  html`<p class="lead">${threshold > 1 ? `It has fewer than ${of(threshold, 'download')}` : 'It has no downloads'} from this mirror lately.${
    threshold > 1 && ' How many is not said, so that nobody is singled out.'
  }</p>`;

function packageStats(
  recent: Answered<PackageRecent | null>,
  days: Answered<readonly PackageDay[]>,
  range: RangeName,
  { threshold }: View,
): Markup {
  const found = isTold(recent) ? recent.found : undefined;
  const rows = isTold(days) ? days.found : undefined;
  const tooFew = [threshold > 1 ? `<${threshold}` : '0', ''] as const;
  const recently = (name: string, count: number | undefined): Stat => ({
    name,
    figure: count !== undefined ? compact(count) : found === null ? tooFew : NOT_KNOWN,
  });
  return stats([
    recently('Yesterday', found?.day),
    recently('7 days', found?.week),
    recently('30 days', found?.month),
    {
      name: 'Rank',
      figure: found ? ordinal(found.rank) : NOT_KNOWN,
      more: found ? `of ${counted(found.packages)}` : 'by its downloads in 30 days',
    },
    {
      name: 'Sent',
      figure: rows ? inTwo(sized(sum(rows.map(({ bodyBytes }) => bodyBytes)))) : NOT_KNOWN,
      more: `in ${RANGE_WORDS[range].long}`,
    },
  ]);
}

function ordinal(rank: number): readonly [string, string] {
  const isTeen = rank % 100 > 10 && rank % 100 < 14;
  return [counted(rank), isTeen ? 'th' : (['th', 'st', 'nd', 'rd'][rank % 10] ?? 'th')];
}
