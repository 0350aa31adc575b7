/** The frame of every page: head, band, navigation, sections, footer. It needs no script. */
import { cats, type Mood, mark } from './cats.ts';
import { link } from './link.ts';
import { html, type Markup, type Part } from './markup.ts';
import { NAVIGATION, type PagePath, type Site } from './site.ts';
import type { Tone } from './state-mark.ts';
import { STYLE } from './stylesheet.ts';

export interface Page {
  /** Of the document: the name of the mirror stands in it or is added. */
  readonly title: string;
  /** Tints the band. */
  readonly tone: Tone;
  readonly mood: Mood;
  /** The entry of the navigation that this page is. */
  readonly current?: PagePath;
  /** Heading first: what the page says, in one sentence. */
  readonly band: Part;
  /** Below the heading and as wide as the page: headline figures. */
  readonly figures?: Part;
  readonly sections: Part;
  /** True, and another one each time: only for pages that are not kept. */
  readonly catFact?: string;
  /** The same. */
  readonly requestId?: string;
}

export function layout(page: Page, site: Site): Markup {
  const title = page.title.includes(site.name) ? page.title : `${page.title} · ${site.name}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="alternate" href="/channels.atom" type="application/atom+xml" title="Channel moves">
${STYLE}
</head>
<body class="${page.tone}">
<a class="skip" href="#main">Skip to content</a>
<header class="band"><div class="wrap">
<div class="top"><a class="brand" href="/">${mark}copycat</a>${navigation(page.current)}</div>
<div class="hero"><div class="say">${page.band}</div>${cats(page.mood)}</div>
${page.figures}
</div></header>
<main id="main" class="wrap" tabindex="-1">
${page.sections}</main>
${footer(page, site)}
</body>
</html>
`;
}

function navigation(current: PagePath | undefined): Markup {
  const entries = NAVIGATION.map(({ path, name }) =>
    path === current
      ? html`<li><a href="${path}" aria-current="page">${name}</a></li>`
      : html`<li><a href="${path}">${name}</a></li>`,
  );
  return html`<nav aria-label="Pages"><ul>${entries}</ul></nav>`;
}

function footer({ catFact, requestId }: Page, site: Site): Markup {
  return html`<footer class="wrap">
${catFact !== undefined && html`<div class="fact">${mark}<p><span>Cat fact</span>${catFact}</p></div>`}
<ul class="row"><li>${link(site.sourceUrl, 'Source')}</li><li>${link(site.issuesUrl, 'Report a problem')}</li>
${site.supportUrl !== undefined && html`<li>${link(site.supportUrl, 'Support')}</li>`}
<li><a href="/what-is-counted">What is counted</a></li><li>${link(site.contact, 'Contact')}</li></ul>
<ul class="row">${requestId !== undefined && html`<li>Request <code>${requestId}</code></li>`}<li>Version ${site.version}</li><li>All times are UTC</li></ul>
</footer>`;
}
