/** What the colours of a chart stand for, in the order in which they lie on each other, with what each comes to. */
import { html, type Markup } from '../markup.ts';

export interface KeyEntry {
  /** The class that has the colour. */
  readonly series: string;
  readonly name: string;
  readonly total: string;
}

/** @param entries the uppermost first. */
export const chartKey = (entries: readonly KeyEntry[]): Markup =>
  html`<ul class="key">${entries.map(({ series, name, total }) => html`<li>${swatch(series)}${name} <b>${total}</b></li>`)}</ul>`;

export const swatch = (series: string): Markup => html`<i class="dot ${series}"></i>`;
