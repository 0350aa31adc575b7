/** What is there to be copied. One click selects all of it; long lines wrap, and nothing is cut off. */
import { html, type Markup, type Part } from './markup.ts';

/** @param label where it belongs: `/etc/nix/nix.conf`. */
export const copyBlock = (label: string, code: Part): Markup =>
  html`<div class="copy"><h3>${label}</h3><pre tabindex="0" role="region" aria-label="${label}"><code>${code}</code></pre></div>`;

/** The part of it that is this mirror's own. */
export const ours = (text: string): Markup => html`<b class="ours">${text}</b>`;
