/** Who we say we are: upstream's operators can tell us from the crowd and find whom to write to. */
import { InvalidConfig } from '../errors.ts';

/** The version in package.json (a test compares): a bundled function has no package.json beside it. */
export const VERSION = '0.1.0';

/**
 * The User-Agent of every request: `Copycat/0.1.0 (+https://mirror.example/about)`.
 * @param contact an address of a page or a mailbox
 * @throws {InvalidConfig} when it can't stand in a comment of that header (RFC 9110, 5.6.5 and 10.1.5)
 */
export function userAgent(contact: string, version: string = VERSION): string {
  if (!/^[!-'*-[\]-~]{1,200}$/.test(contact))
    throw new InvalidConfig(['CONTACT must be an address in plain ASCII, without spaces, parentheses and backslashes']);
  return `Copycat/${version} (+${contact})`;
}
