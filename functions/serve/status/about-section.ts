/** What it promises, how it is built, and what to do when something is wrong. */
import { copyBlock, ours } from '../../../shared/web/copy-block.ts';
import { link } from '../../../shared/web/link.ts';
import { html, type Markup } from '../../../shared/web/markup.ts';
import { section } from '../../../shared/web/section.ts';
import type { Site } from '../../../shared/web/site.ts';
import { MISSES } from './counted-page.ts';

/** @param forwardsMisses `ON_MISS=pull` */
export const aboutSection = (forwardsMisses: boolean): Markup =>
  section(
    { id: 'about', heading: 'About' },
    html`<div class="pair wide">
<div class="stack"><h3>Your privacy</h3><p>Requests and responses are logged. IP addresses are not. None is ever written anywhere, and this page does not show you yours. What is counted <a href="/analytics">is public</a>, and so is <a href="/what-is-counted">the list of it</a>.${forwardsMisses && html` ${MISSES}`}</p></div>
<div class="stack"><h3>How it is built</h3><p>A pipeline of small functions on queues copies what the channels need into S3-compatible storage, and checks every signature and hash on the way. Names appear only when all they refer to is here. It shares no machine, network or account with upstream’s cache: when that is down, what is here is served.</p></div>
</div>`,
  );

export const troubleSection = (site: Site): Markup =>
  section(
    {
      id: 'trouble',
      heading: 'Something wrong?',
      note: html`<p>The script checks your connection, signatures and hashes. It sends nothing anywhere.</p>`,
    },
    [
      copyBlock('Diagnose', html`curl -sL ${ours(`${site.mirrorUrl}/diagnose-cache`)} | sh`),
      html`<p class="small soft">If that does not help, ${link(site.issuesUrl, 'report it')} with the request id at the foot of this page, or turn to ${link(site.contact)}.</p>`,
    ],
  );
