/** Words and what is to be said of each, as a table. */
import { html, type Markup, type Part } from './markup.ts';

export const factsTable = (caption: string, facts: readonly (readonly [name: Part, words: Part])[]): Markup =>
  html`<div class="scroll"><table class="facts"><caption class="unseen">${caption}</caption><tbody>
${facts.map(([name, words]) => html`<tr><th scope="row">${name}</th><td>${words}</td></tr>\n`)}</tbody></table></div>`;
