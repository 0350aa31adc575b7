/** Where a redirect leads, and whether we go there. Pure. */
import { NotOurUpstream } from '../errors.ts';
import { type Origins, requireOurs, whereIs } from './addresses.ts';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MOST_REDIRECTS = 5;

export const isRedirect = (status: number): boolean => REDIRECTS.has(status);

/**
 * The next address on a trail of redirects.
 * @param trail the addresses asked so far, the one that answered last
 * @param location the answer's `Location`: absolute, or relative to the address that answered
 * @throws {NotOurUpstream} when it leaves the configured origins, is missing or unreadable, or leads in a circle or on and on
 */
export function nextAddress(trail: readonly [URL, ...URL[]], location: string | undefined, origins: Origins): URL {
  const from = trail.at(-1) ?? trail[0];
  const next = resolveLocation(from, location);
  requireOurs(next, origins);
  if (trail.some((url) => url.href === next.href)) throw lost(trail[0], 'redirects in a circle');
  if (trail.length > MOST_REDIRECTS) throw lost(trail[0], `redirects more than ${MOST_REDIRECTS} times`);
  return next;
}

/** @throws {NotOurUpstream} when there is no `Location` or it is no address. */
export function resolveLocation(from: URL, location: string | undefined): URL {
  const url = location === undefined ? null : URL.parse(location, from.href);
  if (!url) throw lost(from, 'redirects to nowhere');
  url.hash = ''; // stays with the client; two that differ in it are one
  return url;
}

const lost = (url: URL, reason: string): NotOurUpstream =>
  new NotOurUpstream(`${whereIs(url)}: ${reason}`, { url: whereIs(url), reason });
