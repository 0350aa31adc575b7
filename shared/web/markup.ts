/**
 * Markup by construction: what a template is given is escaped, in text and in quoted attributes, unless it is markup itself.
 * An attribute is therefore always quoted, and an address that goes into `href` comes from `link.ts`.
 */
import { html as template } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

export type Markup = HtmlEscapedString;
/** Lists are joined; null, undefined and booleans are nothing. */
export type Part = Markup | string | number | boolean | null | undefined | readonly Part[];

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const made = template(strings, ...parts);
  if (made instanceof Promise) throw new TypeError('a template was given something that is not there yet');
  return made;
}
