/** A state is a word, a shape and a colour: none of them alone. */
import { html, type Markup } from './markup.ts';

/** `busy` is work and no trouble; `calm` says nothing about health. */
export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'calm';

const SHAPES: Readonly<Record<Tone, Markup>> = {
  good: html`<circle cx="6" cy="6" r="5"/>`,
  busy: html`<path d="M6 1a5 5 0 0 1 0 10z"/><circle class="hollow" cx="6" cy="6" r="4.2"/>`,
  warn: html`<path d="M6 .8 11.6 10.8H.4Z"/>`,
  bad: html`<rect x="1.2" y="1.2" width="9.6" height="9.6"/>`,
  calm: html`<circle class="hollow" cx="6" cy="6" r="4.2"/>`,
};

export const stateMark = (tone: Tone, word: string): Markup =>
  html`<span class="state ${tone}"><svg viewBox="0 0 12 12" aria-hidden="true">${SHAPES[tone]}</svg>${word}</span>`;
