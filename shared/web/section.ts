/** A part of a page: its heading and a note in the margin, the matter beside them. On a narrow screen they stack. */
import { html, type Markup, type Part } from './markup.ts';

export interface SectionFrame {
  /** Of the heading: what `#` leads to. */
  readonly id: string;
  readonly heading: string;
  /** Paragraphs, and whatever else explains the matter. */
  readonly note?: Part;
}

export const section = ({ id, heading, note }: SectionFrame, matter: Part): Markup =>
  html`<section aria-labelledby="${id}">
<div class="note"><h2 id="${id}">${heading}</h2>${note}</div>
<div class="matter">${matter}</div>
</section>
`;

/** Where figures will be: the frame stands from the first day. */
export const nothingYet = (words: Part): Markup => html`<div class="nothing"><p>${words}</p></div>`;
