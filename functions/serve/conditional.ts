/** Conditional requests (RFC 9110, section 13). Pure. */
import type { Asked } from './asked.ts';

export interface Version {
  /** Strong and quoted. */
  readonly etag: string;
  /** Undefined of what is made for each who asks, or by what they ask: there only the tag tells one from another. */
  readonly lastModified: Date | undefined;
}

/** Whether the asker has it already. Where both are asked, the tag counts: a date knows only seconds. */
export function isNotModified(
  { ifNoneMatch, ifModifiedSince }: Pick<Asked, 'ifNoneMatch' | 'ifModifiedSince'>,
  { etag, lastModified }: Version,
): boolean {
  if (ifNoneMatch !== undefined) return isMatch(ifNoneMatch, etag);
  const since = parseHttpDate(ifModifiedSince);
  return since !== undefined && lastModified !== undefined && toSeconds(lastModified) <= toSeconds(since);
}

/** Whether a range may be taken of it: it is what the asker has the beginning of, by a strong tag or the very date. */
export function isSameAs(ifRange: string | undefined, { etag, lastModified }: Version): boolean {
  if (ifRange === undefined) return true;
  const text = ifRange.trim();
  if (text.startsWith('"') || text.startsWith('W/')) return text === etag;
  const date = parseHttpDate(text);
  return date !== undefined && lastModified !== undefined && toSeconds(date) === toSeconds(lastModified);
}

const TAG = /(?:W\/)?("[^"]*")/g;

/** `If-None-Match`: a list, weak marks and `*`; compared weakly. */
export function isMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return [...header.matchAll(TAG)].some(([, tag]) => tag === etag);
}

const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Only the form that is in use; any other text is as if nothing was asked. */
function parseHttpDate(text: string | undefined): Date | undefined {
  if (text === undefined || !HTTP_DATE.test(text.trim())) return undefined;
  const date = new Date(text.trim());
  return Number.isNaN(date.getTime()) ? undefined : date;
}

const toSeconds = (date: Date): number => Math.floor(date.getTime() / 1_000);
