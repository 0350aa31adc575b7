/** `/what-is-counted`: what is written down about a request, and what never is. */

import { factsTable } from '../../../shared/web/facts-table.ts';
import type { Page } from '../../../shared/web/layout.ts';
import { html, type Markup } from '../../../shared/web/markup.ts';
import { section } from '../../../shared/web/section.ts';
import { countryThreshold } from '../analytics/country-threshold.ts';
import { DEFINITIONS } from '../analytics/definitions.ts';
import { LOGGED_FIELDS } from './logged-fields.ts';

const list = (items: readonly string[]): Markup =>
  html`<ul class="plainly">${items.map((item) => html`<li>${item}</li>`)}</ul>`;

const LOGGED = factsTable(
  'The fields of a record',
  LOGGED_FIELDS.map(([name, words]) => [html`<code>${name}</code>`, words]),
);

const KEPT = [
  'The record of a request is kept for 90 days. What is summed up of records, by hour or by day, is kept. What the mirror itself copied, and what failed, is kept for 400 days.',
  'Country and package are never put together, and neither are country and version of a program: there is no table that has both, beside the records themselves.',
];

const NEVER = [
  'IP addresses, neither yours nor that of a proxy, nor what could be worked out from them, such as a city or a network',
  'Credentials and cookies',
  'The part of an address after a question mark, and where you came from',
  'The text by which your program introduces itself, beyond name and version',
];
const OF_MISSES = {
  kept: 'The hashes of what you asked for and we did not have: a company’s own packages stay its own',
  forwarded: 'The hashes of what you asked for and neither we nor upstream had: a company’s own packages stay its own',
};

/** With `ON_MISS=pull`. */
export const MISSES =
  'The hash of a store path that is not here is forwarded to upstream, by this mirror and in its name: upstream sees the hash, and no address of yours unless you follow a redirect to it. What upstream has is noted for the day, so that it is copied once.';

const OF_DELIVERY = {
  sent: 'This mirror sends NARs itself.',
  redirected:
    'This mirror redirects to most NARs: their bytes are promised, and whether they are fetched is not known.',
};
const BY_DAY =
  'From midnight to midnight, UTC. Downloads, programs, countries and sizes are counted by the day, so that 24 hours take in two of them.';

function unnamed(threshold: number): string {
  const countries = `Countries with fewer than ${countryThreshold(threshold)} downloads.`;
  if (threshold === 0) return countries;
  return `In the time that is looked at: packages and versions with fewer than ${threshold} downloads, programs with fewer than ${threshold} requests. ${countries}`;
}

function figuresOf({ threshold, redirects }: CountedPage): Markup {
  const { request, found, bytes, store } = DEFINITIONS;
  return factsTable('What the figures mean', [
    ['Request', request],
    ['Found', found],
    ['Bytes', `${bytes} ${redirects ? OF_DELIVERY.redirected : OF_DELIVERY.sent}`],
    ['Store', store],
    ['Day', BY_DAY],
    ['Not named', unnamed(threshold)],
  ]);
}

export interface CountedPage {
  /** `ON_MISS=pull` */
  readonly forwardsMisses: boolean;
  /** `NAR_DELIVERY=redirect` */
  readonly redirects: boolean;
  /** `ANALYTICS_THRESHOLD` */
  readonly threshold: number;
}

export const countedPage = ({ forwardsMisses, ...counted }: CountedPage): Page => ({
  title: 'What is counted',
  tone: 'calm',
  mood: 'awake',
  band: html`<h1 class="title">What is counted</h1>
<p class="lead">Packages, not people. No address of yours is ever written anywhere: it reaches the part that answers, and no further.</p>`,
  sections: [
    section(
      {
        id: 'logged',
        heading: 'Logged',
        note: html`<p>Requests and responses are logged. IP addresses are not. Of each answer this is written, and no more.</p>`,
      },
      LOGGED,
    ),
    section({ id: 'kept', heading: 'How long' }, list(KEPT)),
    section(
      { id: 'never', heading: 'Never written', note: html`<p>Not in logs, not in tables, not in errors.</p>` },
      list([...NEVER, forwardsMisses ? OF_MISSES.forwarded : OF_MISSES.kept]),
    ),
    forwardsMisses && section({ id: 'forwarded', heading: 'Forwarded' }, html`<p>${MISSES}</p>`),
    section(
      { id: 'download', heading: 'A download' },
      html`<p>A download is a GET of a NAR without <code>Range</code>, answered 200, 302 or 307, by Nix or one of its kin (<code>Nix</code>, <code>Lix</code>, <code>Snix</code> or <code>Tvix</code> in the user agent); not a HEAD, a 206 or a 304, nor the rest of one that broke off. A redirect counts when it is given, whether or not it is followed.</p>
<p>One install fetches many packages, and a dependency that is fetched counts like one that was wanted. A machine that has a path already never asks. Several outputs count once for each NAR. Other substituters take a share. So the figures are good for comparing, and no use for counting people.</p>`,
    ),
    section(
      {
        id: 'figures',
        heading: 'Figures',
        note: html`<p>What the <a href="/analytics">analytics</a> and the <a href="/api">API</a> mean by their words.</p>`,
      },
      figuresOf({ forwardsMisses, ...counted }),
    ),
  ],
});
