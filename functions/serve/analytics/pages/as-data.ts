/** Where the figures of a section are for programs, as the API has them. */
import { html, type Markup } from '../../../../shared/web/markup.ts';
import { addressOf, type Wanted } from './wanted.ts';

export interface Data {
  /** Of a table of the API, as JSON; its CSV has the same one with `.csv`. */
  readonly path: string;
  /** After the question mark, if something is asked for. */
  readonly query?: string;
}

export const dataOf = (path: string, wanted: Partial<Wanted> = {}): Data => ({
  path,
  query: addressOf('', wanted).slice(1),
});

/** @param what they are, for who hears links without what is around them. */
export function asData(what: string, { path, query = '' }: Data): Markup {
  const after = query === '' ? '' : `?${query}`;
  return html`<p class="small soft">As <a href="${path}${after}" aria-label="${what} as JSON">JSON</a> or <a href="${path}.csv${after}" aria-label="${what} as CSV">CSV</a></p>`;
}
