/** A package by its name, which leads to its page. */
import { html, type Markup } from '../../../../shared/web/markup.ts';
import { isPackageName } from '../package-name.ts';

/** A page has many of them, and each may have 211 characters. */
const MOST_SHOWN = 48;
const END_SHOWN = 20;

export const packageLink = (pname: string): Markup =>
  isPackageName(pname)
    ? html`<a href="/packages/${encodeURIComponent(pname)}">${shown(pname)}</a>`
    : html`${shown(pname)}`;

/** The middle goes: names that are so long differ at their ends. */
const shown = (pname: string): string =>
  pname.length <= MOST_SHOWN ? pname : `${pname.slice(0, MOST_SHOWN - END_SHOWN - 1)}…${pname.slice(-END_SHOWN)}`;

/** The first of a list, fewer where their names are very long: a page has its size. */
export function fitting<Row extends { readonly pname: string }>(
  rows: readonly Row[],
  { most, characters }: { readonly most: number; readonly characters: number },
): readonly Row[] {
  let left = characters;
  return rows.slice(0, most).filter(({ pname }) => {
    left -= pname.length;
    return left >= 0;
  });
}
