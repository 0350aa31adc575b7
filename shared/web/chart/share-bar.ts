/** A figure as a length beside others of its column. It says nothing that the figure does not, and so is silent. */
import { html, type Markup } from '../markup.ts';
import { rounded } from './frame.ts';

/** @param most the largest of the column. */
export const shareBar = (value: number, most: number): Markup =>
  html`<svg class="share" aria-hidden="true"><rect width="${most > 0 ? rounded(Math.min(1, value / most) * 100) : 0}%" height="6"/></svg>`;
