/** The form that looks for a package. It leads to /packages, and keeps the stretch of time. */
import { type RangeName, USUAL_RANGE } from '../../../../shared/analytics/queries/range.ts';
import { html, type Markup } from '../../../../shared/web/markup.ts';
import { MOST_TEXT } from './wanted.ts';

/** @param text what stands in it: what was asked for, however wrong. */
export const findPackage = (range: RangeName, text = ''): Markup =>
  html`<form class="find" action="/packages" role="search"><label class="unseen" for="q">Package name</label>
<input id="q" name="q" value="${text}" placeholder="Package name" maxlength="${MOST_TEXT}" autocomplete="off" autocapitalize="none" spellcheck="false">${
    range !== USUAL_RANGE && html`<input type="hidden" name="range" value="${range}">`
  }<button>Find</button></form>`;
