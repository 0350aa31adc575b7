/**
 * Whether a client takes a stored encoding (RFC 9110, section 12.5.3). One that says nothing gets plain bytes: the letter of
 * the RFC would allow any encoding, but what says nothing is curl, a script, or Nix before 2.34. Pure.
 */

const ITEM = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:\s*;\s*q=([01](?:\.\d{0,3})?))?$/;

/** @param encoding a name as in Content-Encoding: `br`, `zstd`. */
export function accepts(header: string | undefined, encoding: string): boolean {
  let wildcard = false;
  for (const item of header?.split(',') ?? []) {
    const [, name, quality = '1'] = ITEM.exec(item.trim()) ?? [];
    if (name?.toLowerCase() === encoding) return Number(quality) > 0;
    if (name === '*') wildcard = Number(quality) > 0;
  }
  return wildcard;
}
