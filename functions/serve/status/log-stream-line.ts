/** How far the log stream of one machine is loaded, in a line, as its runtime has told: so it is known while ClickHouse is down. */
import type { SpoolStanding } from '../../../events/spool-standing.ts';
import { html, type Markup } from '../../../shared/web/markup.ts';
import { stateMark } from '../../../shared/web/state-mark.ts';
import { moment, of, sized } from '../../../shared/web/words.ts';

export function logStreamLine({ loadedUpTo, waiting, dropped }: SpoolStanding, now: Date): Markup {
  const at = (time: string | undefined): Markup | string => (time === undefined ? '' : moment(new Date(time), now));
  const loaded = loadedUpTo === undefined ? 'not loaded yet' : html`loaded up to ${at(loadedUpTo)}`;
  const left =
    waiting.segments > 0 ? html`${sized(waiting.bytes)} waiting since ${at(waiting.oldest)}` : 'nothing waiting';
  const gone = dropped.lines > 0 && html`, ${of(dropped.lines, 'line')} dropped since ${at(dropped.since)}`;
  return html`<p class="small">${gone ? stateMark('warn', 'Logs') : 'Logs'} ${loaded}, ${left}${gone}.</p>`;
}
