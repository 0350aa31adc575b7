/** Figures at the head of a page: what each is of, the figure, and what it is counted in. */
import { html, type Markup, type Part } from '../../../../shared/web/markup.ts';

export interface Stat {
  readonly name: string;
  readonly figure: readonly [figure: string, unit: string];
  /** A quieter line below. */
  readonly more?: Part;
}

export const stats = (all: readonly Stat[]): Markup =>
  html`<dl class="stats">${all.map(
    ({ name, figure: [figure, unit], more }) =>
      html`<div><dt>${name}</dt><dd><b>${figure}${unit !== '' && html`<small>\u202f${unit}</small>`}</b>${more !== undefined && html`<span>${more}</span>`}</dd></div>`,
  )}</dl>`;

/** `205 GiB` in two. */
export function inTwo(text: string): readonly [figure: string, unit: string] {
  const [figure = '', unit = ''] = text.split('\u202f');
  return [figure, unit];
}

export const NOT_KNOWN: Stat['figure'] = ['–', ''];
