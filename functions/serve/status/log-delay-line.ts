/** How far the log stream is loaded, as ClickHouse says: where no runtime of one machine tells it (log-stream-line.ts). */
import { html, type Markup } from '../../../shared/web/markup.ts';
import { lasting, moment } from '../../../shared/web/words.ts';
import type { LogDelay } from './status.ts';

export function logDelayLine({ loadedUpTo, asOf, fresh }: LogDelay, now: Date): Markup {
  const upTo = html`Logs loaded up to ${moment(loadedUpTo, now, { seconds: true })}`;
  const known = fresh
    ? html`(${lasting(asOf.getTime() - loadedUpTo.getTime())} behind)`
    : html`as of ${moment(asOf, now)}; ClickHouse does not say more now`;
  return html`<p class="small">${upTo} ${known}.</p>`;
}
