/** `If-None-Match` (RFC 9110, section 13.1.2): a list, weak marks and `*`; compared weakly. Pure. */
const TAG = /(?:W\/)?("[^"]*")/g;

export function isMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return [...header.matchAll(TAG)].some(([, tag]) => tag === etag);
}
