/**
 * The name of a delivery: the same events are the same delivery, however often and by whatever way they come. ClickHouse counts a
 * block of rows with one token once.
 *     9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
 */
import { hash } from 'node:crypto';

declare const kind: unique symbol;
export type Token = string & { readonly [kind]: 'Token' };

/** @param ids of the events of a delivery, in their order. */
export const tokenOf = (ids: readonly string[]): Token => sha256(`events\n${ids.map((id) => `${id}\n`).join('')}`);

/** For a delivery whose events can't be read. */
export const tokenOfText = (text: string): Token => sha256(`text\n${text}`);

/** For what is put beside a delivery's own rows, and not in the same insert. */
export const tokenBeside = (token: Token, what: string): Token => sha256(`beside\n${token}\n${what}`);

/** What each row says of who brought it: 48 bits, which are enough to tell apart deliveries that have an event in common. */
export const deliveryOf = (token: Token): string => token.slice(0, 12);

const sha256 = (text: string): Token => hash('sha256', text, 'hex') as Token; // the only cast
