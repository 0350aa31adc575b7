/**
 * nix32: Nix's own base 32 (nix: src/libutil/base-nix-32.cc). Digits and lower case letters without e, o, u and t; the
 * digest is read from its last byte to its first, five bits a character, so a text begins with the digest's end.
 */
import { Malformed } from '../errors.ts';

const ALPHABET = '0123456789abcdfghijklmnpqrsvwxyz';
const VALUES = new Map([...ALPHABET].map((character, value) => [character, value]));

/** Characters that so many bytes take: 52 for a SHA-256, 32 for the 20 bytes of a store path hash. */
export const nix32Length = (bytes: number): number => Math.ceil((bytes * 8) / 5);

export function encodeNix32(bytes: Uint8Array): string {
  let text = '';
  for (let n = nix32Length(bytes.length) - 1; n >= 0; n--) {
    const at = (n * 5) >> 3;
    const word = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
    text += ALPHABET[(word >> ((n * 5) & 7)) & 31];
  }
  return text;
}

/**
 * @param field what the text is, for the error.
 * @throws {Malformed} on a character that is not of the alphabet, on a length that no bytes encode to, and on spare bits
 * that are not zero, since every digest has one text only.
 */
export function decodeNix32(text: string, field = 'nix32'): Buffer {
  const bytes = Buffer.alloc(Math.floor((text.length * 5) / 8));
  const refuse = (why: string): never => {
    throw new Malformed(`not nix32, ${why}: ${JSON.stringify(text.slice(0, 100))}`, { field });
  };
  if (nix32Length(bytes.length) !== text.length) refuse('length');
  for (let n = 0; n < text.length; n++) {
    const value = VALUES.get(text.charAt(text.length - 1 - n)) ?? refuse('character');
    const at = (n * 5) >> 3;
    const word = value << ((n * 5) & 7);
    bytes[at] = (bytes[at] ?? 0) | (word & 0xff);
    if (at + 1 < bytes.length) bytes[at + 1] = word >> 8;
    else if (at < bytes.length ? word > 0xff : word !== 0) refuse('spare bits');
  }
  return bytes;
}
