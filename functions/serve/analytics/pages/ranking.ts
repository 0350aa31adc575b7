/** Lists of packages: as a table with lengths beside the figures, and what is said of what is not in them. */
import type { RangeName } from '../../../../shared/analytics/queries/range.ts';
import type { PackageTotal } from '../../../../shared/analytics/queries/top-packages.ts';
import { shareBar } from '../../../../shared/web/chart/share-bar.ts';
import { html, type Markup } from '../../../../shared/web/markup.ts';
import { nothingYet } from '../../../../shared/web/section.ts';
import { counted, of, sized } from '../../../../shared/web/words.ts';
import { packageLink } from './package-link.ts';
import { RANGE_WORDS } from './ranges.ts';

export function ranking(rows: readonly PackageTotal[], caption: string): Markup {
  const most = Math.max(0, ...rows.map(({ downloads }) => downloads));
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="numbers"><thead><tr><th class="rank">#<th class="word">Package<th class="lengths"><span class="unseen">Share</span><th>Downloads<th>Sent</thead><tbody>
${rows.map(
  ({ pname, downloads, bodyBytes }, i) =>
    html`<tr><td class="rank">${i + 1}<th>${packageLink(pname)}<td class="lengths">${shareBar(downloads, most)}<td>${counted(downloads)}<td>${sized(bodyBytes)}\n`,
)}</tbody></table></div>`;
}

/** What every list of packages says of itself. */
export const threshold = (least: number): string =>
  least > 1 ? ` Under ${of(least, 'download')}, a package is not listed.` : '';

export const noPackage = (range: RangeName, least: number): Markup =>
  nothingYet(
    `Nothing was downloaded ${least > 1 ? `${least} times ` : ''}in ${RANGE_WORDS[range].long}. Packages are listed here from ${of(Math.max(1, least), 'download')} on.`,
  );
