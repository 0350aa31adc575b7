/** `/paths/<store path or hash>`: why it is here, or why it is not. Verdict first, then the chain to the cause, then the facts. */
import { formatBaseName, STORE_DIR, type StorePath, type StorePathHash } from '../../../shared/nix/store-path.ts';
import type { Page } from '../../../shared/web/layout.ts';
import { html, type Markup, type Part } from '../../../shared/web/markup.ts';
import { section } from '../../../shared/web/section.ts';
import { stateMark } from '../../../shared/web/state-mark.ts';
import { moment, of } from '../../../shared/web/words.ts';
import type { Link, References, Standing, Trouble } from './standing.ts';
import { REASONS, STATES } from './words.ts';

/** What the form holds: escaped like everything else. */
const find = (value: string): Markup =>
  html`<form class="find" action="/paths" role="search"><label class="unseen" for="q">Store path or hash</label>
<input id="q" name="q" value="${value}" maxlength="4096" autocomplete="off" autocapitalize="none" spellcheck="false" required><button>Find</button></form>`;

const QUESTION = html`<p class="small soft">Why isn’t it here?</p>`;

/** @param asked what stands in the form: what was asked for, however wrong. */
export function formPage(asked = '', trouble?: 'malformed' | 'down'): Page {
  const says = {
    malformed: html`<h1 class="title">That is <em>no store path</em></h1><p class="lead">A store path begins with <code>${STORE_DIR}/</code> and 32 characters of 0–9 and a–z, without e, o, u and t.</p>`,
    down: html`<h1 class="title">That cannot be said <em>now</em></h1><p class="lead">The storage of this mirror does not answer. Nix asks the next substituter meanwhile.</p>`,
    nothing: html`<h1 class="title">Any store path, <em>and how it stands</em></h1><p class="lead">Here since when; or why not, since when, and when it is tried again.</p>`,
  };
  return {
    title: 'Paths',
    tone: trouble === 'down' ? 'bad' : trouble === 'malformed' ? 'warn' : 'calm',
    mood: trouble === 'down' ? 'asleep' : 'awake',
    current: '/paths',
    band: html`${QUESTION}${says[trouble ?? 'nothing']}${find(asked)}`,
    sections: section(
      { id: 'forms', heading: 'What to give' },
      html`<ul class="plainly"><li>a store path, or anything within one: <code>${STORE_DIR}/…-hello-2.12.1/bin/hello</code></li><li>its base name, or its hash alone</li></ul>
<p class="small">All that cannot be had, by reason: <a href="/api/missing">/api/missing</a></p>`,
    ),
  };
}

export function pathPage(standing: Standing, now: Date): Page {
  const { tone, is } = STATES[standing.state];
  const name = standing.path?.name ?? standing.hash;
  return {
    title: `${name} is ${is}`,
    tone: tone === 'busy' ? 'calm' : tone,
    mood: tone === 'good' || tone === 'calm' ? 'awake' : 'wink',
    current: '/paths',
    band: html`${QUESTION}<h1 class="title">${name} is <em>${is}</em></h1><p class="lead">${lead(standing, now)}</p>${find(
      standing.path ? `${STORE_DIR}/${formatBaseName(standing.path)}` : standing.hash,
    )}`,
    sections: [chain(standing, now), facts(standing, now), references(standing.references)],
  };
}

function lead(standing: Standing, now: Date): Part {
  const since = standing.since !== undefined && moment(new Date(standing.since), now);
  const cause = standing.chain?.at(-1);
  switch (standing.state) {
    case 'here':
      return html`Since ${since}, with all that it refers to: Nix can install it from here.`;
    case 'blocked':
      return html`It needs <b>${shortName(cause)}</b>, which is <b>${reasonOf(standing.because)}</b>. Once that one can be had, this path follows by itself.`;
    case 'waiting':
      return cause
        ? html`It is copied, and waits for <b>${shortName(cause)}</b>, which is ${reasonOf(standing.because)}.`
        : html`It is copied since ${since}, and is shown once all that it refers to is here.`;
    case 'unavailable':
    case 'failing':
      return html`It is <b>${reasonOf(standing.trouble)}</b>. ${nextTry(standing.trouble, now)}`;
    case 'asked':
      return html`It has been asked for, and has not come yet.`;
    case 'unlisted':
      return standing.unreadReleases > 0
        ? html`The lists of the releases are being read; ask again in a moment.`
        : html`No current release of the channels that are mirrored here lists it. Nix asks the next substituter, or builds it.`;
  }
}

function chain({ chain: links, because, trouble, hash, path, state }: Standing, now: Date): Part {
  const all: readonly Link[] = links ?? (trouble ? [{ hash, state, ...(path && { path }) }] : []);
  if (all.length === 0) return undefined;
  const items = all.map(
    (link, at) =>
      html`<li class="${STATES[link.state].tone}"><h3>${pathLink(link)}</h3><p class="small">${stateMark(STATES[link.state].tone, STATES[link.state].word)}${at === all.length - 1 && why(because ?? trouble, now)}</p></li>\n`,
  );
  const note = html`<p>A name is shown only when everything it refers to is here. So one gap holds back all that needs it, and nothing else.</p>`;
  return section(
    { id: 'chain', heading: links ? 'What it waits for' : 'Why', note },
    html`<ol class="chain">${items}</ol>`,
  );
}

const why = (trouble: Trouble | undefined, now: Date): Part =>
  trouble &&
  html` <span class="soft">${REASONS[trouble.reason]}${trouble.since !== undefined && html`, since ${moment(new Date(trouble.since), now)}`}${
    trouble.attempts !== undefined && html`, ${of(trouble.attempts, 'attempt')}`
  }.</span> ${trouble.evidence && html`<span class="aside">${trouble.evidence}</span>`} <span>${nextTry(trouble, now)}</span>`;

function nextTry(trouble: Trouble | undefined, now: Date): Part {
  if (trouble?.next === undefined) return undefined;
  const next = new Date(trouble.next);
  return next > now ? html`<b>Next try ${moment(next, now)}.</b>` : html`<b>It is due to be tried again.</b>`;
}

function facts(standing: Standing, now: Date): Markup {
  const { hash, path, since, releases, unreadReleases, references: refs } = standing;
  const listed = releases.map(
    ({ release, channels, status }) =>
      html`<div><code>${release}</code><span class="aside">${channels.join(', ')}${status === 'under-way' && ', not published yet'}</span></div>`,
  );
  const unread = unreadReleases > 0 && html`<span class="aside">${of(unreadReleases, 'list')} not read yet</span>`;
  return section(
    { id: 'facts', heading: 'This path' },
    html`<div class="scroll"><table class="facts"><tbody>
<tr><th scope="row">Store path</th><td><code>${path ? `${STORE_DIR}/${formatBaseName(path)}` : `${STORE_DIR}/${hash}-…`}</code></td></tr>
${since !== undefined && html`<tr><th scope="row">Since</th><td>${moment(new Date(since), now)}</td></tr>`}
<tr><th scope="row">Listed in</th><td>${listed.length > 0 ? listed : 'no current release'}${unread}</td></tr>
${refs && html`<tr><th scope="row">References</th><td>${refs.here} here <span class="aside">of ${refs.total}${refs.lookedAt < refs.total && `; ${refs.lookedAt} were looked at`}</span></td></tr>`}
${standing.state !== 'here' && html`<tr><th scope="row">Meanwhile</th><td>Nix fetches it from the next substituter, or builds it.</td></tr>`}
<tr><th scope="row">As data</th><td><a href="/api/paths/${hash}"><code>/api/paths/${hash}</code></a></td></tr>
</tbody></table></div>`,
  );
}

function references(refs: References | undefined): Part {
  if (!refs || refs.paths.length === 0) return undefined;
  const rows = refs.paths.map(
    (link) =>
      html`<tr><th scope="row">${pathLink(link)}</th><td>${stateMark(STATES[link.state].tone, STATES[link.state].word)}</td></tr>\n`,
  );
  return section(
    { id: 'references', heading: 'What it refers to' },
    html`<div class="scroll"><table><thead><tr><th scope="col">Path</th><th scope="col">State</th></tr></thead><tbody>${rows}</tbody></table></div>`,
  );
}

const pathLink = ({ hash, path }: { readonly hash: StorePathHash; readonly path?: StorePath }): Markup =>
  html`<a class="path" href="/paths/${hash}"><i>${hash}-</i><b>${path?.name ?? '…'}</b></a>`;

const shortName = (link: Link | undefined): string => link?.path?.name ?? `${link?.hash ?? ''}-…`;
const reasonOf = (trouble: Trouble | undefined): string => REASONS[trouble?.reason ?? 'failing'];
