/**
 * Ninety days of a part in one calm band: runs of good days are one bar, a day with an outage breaks it by a bar of its own, taller the
 * longer it was, and what was not measured is dashed. Its numbers are in words beside it, and in a table below.
 */
import { MINUTES_A_DAY, type ProbedPart } from '../../../events/probes.ts';
import { aside } from '../../../shared/web/figure-table.ts';
import { html, type Markup, type Part } from '../../../shared/web/markup.ts';
import { dayWords, lasting, of } from '../../../shared/web/words.ts';
import { isMeasured, measuredDays, minutesOf, type PartUptime, type UptimeDay, uptimeShare } from './uptime.ts';

const MINUTE_MS = 60_000;

/** Pixels. */
const HEIGHT = 30;
const BAND = 12;
/** Of the shortest outage. */
const SHORTEST = 17;
/** Of a day, at either side of a bar. */
const GAP = 0.14;
/** Where there are more outages than these, nobody hits one of them with a pointer: the table has them. */
const MOST_TITLES = 30;

export interface Stretch {
  readonly kind: 'good' | 'bad' | 'unmeasured';
  readonly days: readonly UptimeDay[];
}

/** Outages stand alone; what is alike besides is one. */
export function stretchesOf(days: readonly UptimeDay[]): readonly Stretch[] {
  const stretches: { kind: Stretch['kind']; days: UptimeDay[] }[] = [];
  for (const day of days) {
    const kind = day.down > 0 ? 'bad' : isMeasured(day) ? 'good' : 'unmeasured';
    const last = stretches.at(-1);
    if (last?.kind === kind && kind !== 'bad') last.days.push(day);
    else stretches.push({ kind, days: [day] });
  }
  return stretches;
}

export function uptimeStrip(part: ProbedPart, name: string, uptime: PartUptime): Markup {
  const id = `uptime-${part}`;
  const share = shareWords(uptime);
  const { length } = uptime.days;
  return html`<div class="uptime"><svg class="strip" viewBox="0 0 ${length} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-labelledby="${id}" aria-describedby="${id}-more"><title id="${id}">${name}, last ${length} days: ${share ? `${share} online` : 'not measured yet'}</title><desc id="${id}-more">${inWords(uptime)}</desc>${bars(uptime.days)}</svg><p class="uptime-share">${share ?? '–'}${share && aside(`in ${of(measuredDays(uptime).length, 'day')}`)}</p></div>`;
}

/** `99.98 %`, and `100 %` for nothing less. */
export function shareWords(uptime: PartUptime): string | undefined {
  const share = uptimeShare(uptime);
  if (share === undefined) return undefined;
  return `${share === 10_000 ? '100' : (share / 100).toFixed(2)}\u202f%`;
}

function bars(days: readonly UptimeDay[]): readonly Markup[] {
  const drawn: Record<Stretch['kind'], Markup[]> = { good: [], unmeasured: [], bad: [] };
  const stretches = stretchesOf(days);
  const isTitled = stretches.filter(({ kind }) => kind === 'bad').length <= MOST_TITLES;
  let from = 0;
  for (const { kind, days: within } of stretches) {
    const [{ date, down } = { date: '', down: 0 }] = within;
    const place = { from, days: within.length };
    if (kind !== 'bad') drawn[kind].push(bar(place, kind === 'good' ? BAND : BAND - 1));
    else {
      const title = html`<title>${dayWords(new Date(date))}: ${lasting(down * MINUTE_MS)} offline</title>`;
      drawn.bad.push(bar(place, heightOf(down), isTitled && title));
    }
    from += within.length;
  }
  return Object.entries(drawn).map(([kind, some]) => html`<g class="strip-${kind}">${some}</g>`);
}

const bar = ({ from, days }: { from: number; days: number }, height: number, title: Part = ''): Markup =>
  html`<rect x="${(from + GAP).toFixed(2)}" y="${(HEIGHT - height) / 2}" width="${(days - 2 * GAP).toFixed(2)}" height="${height}">${title}</rect>`;

/** Even pixels, so that bars stay in the middle of the band. */
function heightOf(minutes: number): number {
  const height = SHORTEST + (HEIGHT - SHORTEST) * (Math.log(minutes) / Math.log(MINUTES_A_DAY));
  return Math.min(HEIGHT, 2 * Math.round(height / 2));
}

function inWords(uptime: PartUptime): string {
  const bad = uptime.days.filter(({ down }) => down > 0);
  const unmeasured = uptime.days.filter((day) => !isMeasured(day)).length;
  const { down } = minutesOf(uptime);
  const outages =
    bad.length === 0 ? 'No outage' : `Offline on ${of(bad.length, 'day')}, ${lasting(down * MINUTE_MS)} in all`;
  return `${outages}${unmeasured > 0 ? `; ${of(unmeasured, 'day')} not measured` : ''}.`;
}
