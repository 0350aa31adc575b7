/** What the pages of figures have in their band: of when they are, and that they are old where they are. */
import type { LogDelay } from '../../../../shared/analytics/queries/log-delay.ts';
import type { Page } from '../../../../shared/web/layout.ts';
import { html, type Markup, type Part } from '../../../../shared/web/markup.ts';
import { stateMark } from '../../../../shared/web/state-mark.ts';
import { moment } from '../../../../shared/web/words.ts';
import { isTold } from '../topic.ts';
import type { Freshness } from './freshness.ts';
import type { Answered } from './told-section.ts';

/** How the page looks from afar. */
export const looksOf = ({ state }: Freshness): Pick<Page, 'tone' | 'mood'> =>
  state === 'stale' ? { tone: 'warn', mood: 'wink' } : { tone: 'calm', mood: 'awake' };

/** Up to when requests have been counted; nothing where that is not known. */
export function upTo(answer: Answered<LogDelay>, now: Date): Part {
  if (!isTold(answer) || answer.found.newest === null) return undefined;
  return html`, data up to ${moment(new Date(answer.found.newest), now)}`;
}

export function staleLine(freshness: Freshness, now: Date): Markup | undefined {
  if (freshness.state !== 'stale') return undefined;
  return freshness.at
    ? html`<p class="small">${stateMark('warn', 'Not up to date')} ClickHouse did not answer. What it said last is shown, as of ${moment(freshness.at, now)}.</p>`
    : html`<p class="small">${stateMark('warn', 'Not complete')} ClickHouse did not answer. What is missing comes back by itself.</p>`;
}
