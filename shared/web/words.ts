/** Figures and times as a person reads them. Never `Intl`: loading it costs a cold start more than the rest of a page. */
import { html, type Markup } from './markup.ts';

const NARROW = '\u202f'; // does not break
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** 98412 → `98 412`, with narrow spaces that do not break. */
export const counted = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, NARROW);

/** `1 path`, `2 paths`. */
export const of = (count: number, one: string, many = `${one}s`): string =>
  `${counted(count)}${NARROW}${count === 1 ? one : many}`;

/** Milliseconds → `12 s`, `25 min`, `1 h 47 min`, `3 days`: two units at most, and none that says more than is known. */
export function lasting(ms: number): string {
  const known = Math.max(0, ms);
  if (known < MINUTE) return `${Math.floor(known / SECOND)}${NARROW}s`;
  if (known < HOUR) return `${Math.floor(known / MINUTE)}${NARROW}min`;
  if (known < DAY) {
    const minutes = Math.floor((known % HOUR) / MINUTE);
    return `${Math.floor(known / HOUR)}${NARROW}h${minutes > 0 ? ` ${minutes}${NARROW}min` : ''}`;
  }
  if (known < 2 * DAY) return `1${NARROW}day ${Math.floor((known % DAY) / HOUR)}${NARROW}h`;
  return `${Math.floor(known / DAY)}${NARROW}days`;
}

/** Milliseconds as a latency: `14 ms`, `1.2 s`. */
export function latency(ms: number): string {
  if (ms < 1) return `under 1${NARROW}ms`;
  return ms < SECOND ? `${Math.round(ms)}${NARROW}ms` : `${(ms / SECOND).toFixed(1)}${NARROW}s`;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** `205 GiB`, `1.4 TiB`. */
export function sized(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const amount = bytes / 2 ** (10 * step);
  return `${step > 0 && amount < 10 ? amount.toFixed(1) : Math.round(amount)}${NARROW}${UNITS[step] ?? ''}`;
}

/** `12 s ago`; `just now` for what is less than two seconds old. */
export const ago = (ms: number): string => (ms < 2 * SECOND ? 'just now' : `${lasting(ms)} ago`);

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `2026-09-05` → `5 Sep` */
export const calendarDay = (date: string): string =>
  `${Number(date.slice(8, 10))}${NARROW}${MONTHS[Number(date.slice(5, 7)) - 1] ?? ''}`;

/** UTC, as all times are: `09:45` on the day of `now`, else `23 Nov, 09:45`. Machines read it whole. */
export function moment(at: Date, now: Date, { seconds = false }: { readonly seconds?: boolean } = {}): Markup {
  const iso = at.toISOString();
  const sameDay = iso.slice(0, 10) === now.toISOString().slice(0, 10);
  const day = sameDay ? '' : `${calendarDay(iso)}, `;
  return html`<time datetime="${iso}">${day}${iso.slice(11, seconds ? 19 : 16)}</time>`;
}
