/**
 * What is kept of a text that nobody could read: a piece of it, without credentials and without network addresses. It was written by who
 * knows whom.
 */
import { withoutCredentials } from '../../shared/errors.ts';

export const MOST_KEPT = 4_096;
/** Cut twice: first generously, so that no half of an address is left at the end. */
const MOST_LOOKED_AT = 4 * MOST_KEPT;

export function scrubbed(text: string, most = MOST_KEPT): string {
  const piece = withoutCredentials(text.slice(0, MOST_LOOKED_AT))
    .replace(/\b(bearer|basic)\s+[\w+/=.~-]{8,}/gi, '$1 [credentials]')
    .replace(/\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g, '[credentials]')
    .replace(/[0-9a-f:.]{3,}/gi, (run) => (COLONS.test(run) && !CLOCK.test(run) ? MASK : run)) // IPv6, and what may be
    .replace(/(?<!\d)\d{1,3}(?:\.\d{1,3}){3}/g, MASK);
  return piece.slice(0, most).toWellFormed();
}

const MASK = '[address]';
const COLONS = /:.*:/;
const CLOCK = /^\d\d:\d\d:\d\d(?:\.\d+)?$/;
