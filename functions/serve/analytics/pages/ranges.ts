/** The stretches of time that a page offers, as links: each has an address of its own. */
import { RANGES, type RangeName } from '../../../../shared/analytics/queries/range.ts';
import { html, type Markup } from '../../../../shared/web/markup.ts';
import { addressOf } from './wanted.ts';

export const RANGE_WORDS: Readonly<Record<RangeName, { readonly short: string; readonly long: string }>> = {
  '24h': { short: '24\u202fh', long: 'the last 24 hours' },
  '7d': { short: '7\u202fdays', long: 'the last 7 days' },
  '30d': { short: '30\u202fdays', long: 'the last 30 days' },
  '1y': { short: '1\u202fyear', long: 'the last year' },
};

/** @param text what is searched for: it stays. */
export function rangeLinks(path: string, current: RangeName, text = ''): Markup {
  const links = RANGES.map((range) => {
    const address = addressOf(path, { range, text });
    const { short } = RANGE_WORDS[range];
    return range === current
      ? html`<li><a href="${address}" aria-current="true">${short}</a></li>`
      : html`<li><a href="${address}">${short}</a></li>`;
  });
  return html`<nav class="range" aria-label="Range"><ul>${links}</ul></nav>`;
}

/** What is summed up by the day can't be had by the hour. */
export const byDay = (range: RangeName): string => (range === '24h' ? ' Counted by the day: yesterday and today.' : '');
