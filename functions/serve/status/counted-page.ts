/** `/what-is-counted`: what is written down about a request, and what never is. */

import type { Page } from '../../../shared/web/layout.ts';
import { html, type Markup } from '../../../shared/web/markup.ts';
import { section } from '../../../shared/web/section.ts';

const list = (items: readonly string[]): Markup =>
  html`<ul class="plainly">${items.map((item) => html`<li>${item}</li>`)}</ul>`;

const LOGGED = [
  'when it was answered, and how long that took',
  'which kind of thing was asked for: a narinfo, a NAR, a page',
  'the store path, if it is one that was served',
  'the status of the answer, and how many bytes it had',
  'the program that asked and its version, such as Nix 2.31, from a short list of programs',
];

const NEVER = [
  'IP addresses, neither yours nor that of a proxy, nor what could be worked out from them, such as a city or a network',
  'credentials and cookies',
  'the part of an address after a question mark, and where you came from',
  'the text by which your program introduces itself, beyond name and version',
];
const OF_MISSES = {
  kept: 'the hashes of what you asked for and we did not have: a company’s own packages stay its own',
  forwarded: 'the hashes of what you asked for and neither we nor upstream had: a company’s own packages stay its own',
};

/** With `ON_MISS=pull`. */
export const MISSES =
  'The hash of a store path that is not here is forwarded to upstream, by this mirror and in its name: upstream sees the hash, and no address of yours unless you follow a redirect to it. What upstream has is noted for the day, so that it is copied once.';

/** @param forwardsMisses `ON_MISS=pull` */
export const countedPage = (forwardsMisses: boolean): Page => ({
  title: 'What is counted',
  tone: 'calm',
  mood: 'awake',
  current: '/what-is-counted',
  band: html`<h1 class="title">What is counted</h1>
<p class="lead">Packages, not people. No address of yours is ever written anywhere: it reaches the part that answers, and no further.</p>`,
  sections: [
    section(
      { id: 'logged', heading: 'Logged', note: html`<p>What may be written of an answer: this and no more.</p>` },
      list(LOGGED),
    ),
    section(
      { id: 'never', heading: 'Never written', note: html`<p>Not in logs, not in tables, not in errors.</p>` },
      list([...NEVER, forwardsMisses ? OF_MISSES.forwarded : OF_MISSES.kept]),
    ),
    forwardsMisses && section({ id: 'forwarded', heading: 'Forwarded' }, html`<p>${MISSES}</p>`),
    section(
      { id: 'download', heading: 'A download' },
      html`<p>is a NAR that was asked for whole by Nix or one of its kin and given, by us or by a redirect. Who has a path already asks for nothing; who asks another cache first is not seen here. So the figures are good for comparing packages, and no use for counting people.</p>`,
    ),
  ],
});
