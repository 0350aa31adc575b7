/**
 * The two cats. The outlined one is upstream, the solid one copies it, and is us. They are ornaments: what they show is always
 * said in words as well.
 */
import { html, type Markup } from './markup.ts';

/** The eyes of ours: online, malfunctioning, offline. */
export type Mood = 'awake' | 'wink' | 'asleep';

/** A head with its ears, 104 wide; what is below 92 lies behind the edge that it looks over. */
const HEAD =
  'M2 130C-2 84 2 60 9 46C8 34 9 22 12 10C13 5 18 4 22 8L40 24Q52 20 64 24L82 8C86 4 91 5 92 10C95 22 96 34 95 46C102 60 106 84 102 130Z';

const openEye = (x: number): Markup =>
  html`<g class="cat-eye"><ellipse cx="${x}" cy="54" rx="10" ry="11.5"/><ellipse class="cat-pupil" cx="${x}" cy="54" rx="2.8" ry="8.8"/></g>`;
const shutEye = (x: number): Markup => html`<path class="cat-lid" d="M${x - 10} 53q10 9 20 0"/>`;

const EYES: Readonly<Record<Mood, Markup>> = {
  awake: html`${openEye(30)}${openEye(74)}`,
  wink: html`${openEye(30)}${shutEye(74)}`,
  asleep: html`${shutEye(30)}${shutEye(74)}`,
};

/** Two paws on the edge, each with its toes. */
const paws = (kind: string): Markup =>
  html`${[12, 70].map(
    (x) =>
      html`<g class="${kind}" transform="translate(${x} 81)"><rect width="22" height="23" rx="10.5"/><path class="cat-toes" d="M7.500 16v5M14.500 16v5"/></g>`,
  )}`;

/** Both look over the lower edge of the band, with their paws on it. */
export const cats = (mood: Mood): Markup =>
  html`<svg class="cats" viewBox="0 0 214 92" aria-hidden="true"><svg class="heads" width="214" height="92">
<g transform="translate(107 9)"><path class="cat-line" d="${HEAD}"/><ellipse class="cat-dot" cx="33" cy="54" rx="3.200" ry="7.500"/><ellipse class="cat-dot" cx="71" cy="54" rx="3.200" ry="7.500"/></g>
<g transform="translate(1 0)"><path class="cat-body" d="${HEAD}"/>${EYES[mood]}<path class="cat-nose" d="M47 69h10q2 0 .6 1.600l-4 4q-1.600 1.400-3.200 0l-4-4q-1.400-1.600.6-1.600Z"/></g></svg>
<g transform="translate(107 0)">${paws('cat-line')}</g><g transform="translate(1 0)">${paws('cat-body')}</g></svg>`;

const SMALL =
  'M3 14C3 10 3.400 6 4.200 3C4.700 1.400 6 1.300 7.200 2.400L10.600 5.500Q13 4.900 15.400 5.500L18.800 2.400C20 1.300 21.300 1.400 21.800 3C22.600 6 23 10 23 14C23 19.600 18.600 23 13 23S3 19.600 3 14Z';

/** The mark: the sign for "copy", drawn as cats. */
export const mark = html`<svg class="mark" viewBox="0 0 30 29" aria-hidden="true"><path class="cat-line" transform="translate(6 0)" d="${SMALL}"/><path class="cat-body" transform="translate(-2 5)" d="${SMALL}"/><ellipse class="cat-eye" cx="7.500" cy="18.500" rx="1.900" ry="2.300"/><ellipse class="cat-eye" cx="14.500" cy="18.500" rx="1.900" ry="2.300"/></svg>`;

/** The same for a browser's tab, which knows no style sheet of ours. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 29"><path transform="translate(6 0)" d="${SMALL}" fill="#fbf9f5" stroke="#1d1a17" stroke-width="2"/><path transform="translate(-2 5)" d="${SMALL}" fill="#1d1a17" stroke="#fbf9f5" stroke-width="1.500"/><ellipse cx="7.500" cy="18.500" rx="1.900" ry="2.300" fill="#7fe0b4"/><ellipse cx="14.500" cy="18.500" rx="1.900" ry="2.300" fill="#7fe0b4"/></svg>\n`;
