/** The packages that were downloaded most, as a table with lengths beside the figures. */
import type { PackageTotal } from '../../../../shared/analytics/queries/top-packages.ts';
import { shareBar } from '../../../../shared/web/chart/share-bar.ts';
import { html, type Markup } from '../../../../shared/web/markup.ts';
import { counted, sized } from '../../../../shared/web/words.ts';
import { packageLink } from './package-link.ts';

export function ranking(rows: readonly PackageTotal[], caption: string): Markup {
  const most = Math.max(0, ...rows.map(({ downloads }) => downloads));
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="numbers"><thead><tr><th class="rank">#<th class="word">Package<th class="lengths"><span class="unseen">Share</span><th>Downloads<th>Sent</thead><tbody>
${rows.map(
  ({ pname, downloads, bodyBytes }, i) =>
    html`<tr><td class="rank">${i + 1}<th>${packageLink(pname)}<td class="lengths">${shareBar(downloads, most)}<td>${counted(downloads)}<td>${sized(bodyBytes)}\n`,
)}</tbody></table></div>`;
}
