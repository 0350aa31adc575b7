/** The one style sheet, in every page, and the hash by which a browser knows that it is ours. */
import { createHash } from 'node:crypto';
import { raw } from 'hono/html';
import { BASE } from './style/base.ts';
import { CATS } from './style/cats.ts';
import { CHARTS } from './style/charts.ts';
import { COPY } from './style/copy.ts';
import { FRAME } from './style/frame.ts';
import { HEADLINE } from './style/headline.ts';
import { PARTS } from './style/parts.ts';
import { PATHS } from './style/paths.ts';
import { PRINT } from './style/print.ts';
import { STRIPS } from './style/strips.ts';
import { TABLES } from './style/tables.ts';
import { TOKENS } from './style/tokens.ts';

/** In the order of the cascade. */
const SHEET = [TOKENS, BASE, FRAME, CATS, PARTS, STRIPS, TABLES, COPY, PATHS, HEADLINE, CHARTS, PRINT]
  .join('\n')
  .replace(/\s+/g, ' ')
  .replace(/ ?([{};,]) ?/g, '$1')
  .replaceAll(';}', '}')
  .replaceAll(': ', ':');

/** The only text of a page that is not escaped. */
export const STYLE = raw(`<style>${SHEET}</style>`);
export const STYLE_HASH = `sha256-${createHash('sha256').update(SHEET).digest('base64')}`;
