/** Figures and times as a person reads them. Never `Intl`: loading it costs a cold start more than the rest of a page. */
import { html, type Markup } from './markup.ts';

const NARROW = '\u202f'; // does not break
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** 98412 → `98 412`, with narrow spaces that do not break. */
export const counted = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, NARROW);

/** As it begins a heading: `from upstream` → `From upstream`. */
export const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

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

/** Round figures need no decimal: `64 KiB`, not `64.0 KiB`. */
export const withoutZero = (figure: string): string => figure.replace('.0', '');

/** Microseconds as a latency where they are told apart: `840 µs`, `14 ms`, `1.2 s`. */
export const took = (us: number): string => (us < SECOND ? `${Math.round(us)}${NARROW}µs` : latency(us / SECOND));

/** In three digits, for where there is little room: `999`, `57.7 k`, `10.2 M`, `345 k`, as a figure and what it is counted in. */
export function compact(count: number): readonly [figure: string, unit: string] {
  let [amount, step] = [count, 0];
  while (roundedTo3(amount) >= 1_000 && step < THOUSANDS.length - 1) {
    amount /= 1_000;
    step += 1;
  }
  return [String(step === 0 ? count : roundedTo3(amount)), THOUSANDS[step] ?? ''];
}

const THOUSANDS = ['', 'k', 'M', 'G', 'T'];
const roundedTo3 = (amount: number): number => (amount < 100 ? Math.round(amount * 10) / 10 : Math.round(amount));

/** The same in one. */
export const briefly = (count: number): string => compact(count).filter(Boolean).join(NARROW);

/** `68.0 %`; a dash where there is no whole. */
export const percent = (part: number, whole: number): string =>
  whole > 0 ? `${((100 * part) / whole).toFixed(1)}${NARROW}%` : '–';

/** `12 s ago`; `just now` for what is less than two seconds old. */
export const ago = (ms: number): string => (ms < 2 * SECOND ? 'just now' : `${lasting(ms)} ago`);

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `23 Nov`, in UTC. */
export const dayWords = (at: Date): string => `${at.getUTCDate()}${NARROW}${monthWord(at)}`;
export const monthWord = (at: Date): string => MONTHS[at.getUTCMonth()] ?? '';

/** UTC, as all times are: `09:45` on the day of `now`, else `23 Nov, 09:45`. Machines read it whole. */
export function moment(at: Date, now: Date, { seconds = false }: { readonly seconds?: boolean } = {}): Markup {
  const iso = at.toISOString();
  const sameDay = iso.slice(0, 10) === now.toISOString().slice(0, 10);
  return html`<time datetime="${iso}">${sameDay ? '' : `${dayWords(at)}, `}${iso.slice(11, seconds ? 19 : 16)}</time>`;
}
