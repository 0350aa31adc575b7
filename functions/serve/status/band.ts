/** The verdict: in one word, one sentence, and what to do about it. */
import type { Mood } from '../../../shared/web/cats.ts';
import { link } from '../../../shared/web/link.ts';
import { html, type Markup } from '../../../shared/web/markup.ts';
import type { Site } from '../../../shared/web/site.ts';
import type { Tone } from '../../../shared/web/state-mark.ts';
import { ago } from '../../../shared/web/words.ts';
import type { MirrorState, Status } from './status.ts';

export const LOOKS: Readonly<Record<MirrorState, { readonly tone: Tone; readonly mood: Mood }>> = {
  online: { tone: 'good', mood: 'awake' },
  malfunctioning: { tone: 'warn', mood: 'wink' },
  offline: { tone: 'bad', mood: 'asleep' },
};

export function band(status: Status, site: Site, now: Date): Markup {
  const long = status.state.length > 'offline'.length ? 'long' : 'short';
  const ask =
    status.state !== 'online' && html` If this lasts, please contact the administrators: ${link(site.contact)}.`;
  return html`<h1 class="verdict"><span>${site.name} is</span> <strong class="${long}">${status.state}</strong></h1>
<p class="lead">${meaning(status)}</p>
<p class="small soft">Checked ${ago(now.getTime() - status.at.getTime())}.${ask}</p>`;
}

/** What it means for whoever reads it. */
function meaning({ state, parts }: Status): string {
  if (state === 'offline')
    return 'Nothing can be served now: the S3 backend does not answer. Builds go on, for Nix asks the next substituter.';
  if (parts.records.state === 'offline')
    return 'Packages are served as usual. New releases do not arrive, for the mirror’s own records can’t be read.';
  if (parts.clickhouse.state === 'offline')
    return 'Packages are served as usual. Analytics stand still: ClickHouse is offline.';
  if (state === 'malfunctioning')
    return 'Packages are served as usual. New ones do not appear, for the publisher does not run.';
  return 'A mirror of the upstream Nix binary cache. What Nix finds here, it can install completely from here.';
}
