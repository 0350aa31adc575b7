/** How much of something is done. The words beside it say it as well. */
import { html, type Markup } from './markup.ts';
import type { Tone } from './state-mark.ts';

/** @param share 0 to 1. @param label what it is the share of, for those who hear the page. */
export function meter(share: number, label: string, tone: Tone = 'busy'): Markup {
  const percent = floorPercent(share);
  return html`<svg class="meter ${tone}" role="img" aria-label="${label}: ${percent} %"><rect class="meter-whole" width="100%" height="6" rx="3"/><rect class="meter-done" width="${percent}%" height="6" rx="3"/></svg>`;
}

/** Rounded down: 100 is said when nothing is left. */
export const floorPercent = (share: number): number => Math.floor(Math.min(1, Math.max(0, share)) * 100);
