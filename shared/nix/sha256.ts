/**
 * SHA-256 digests, in the one text by which we compare and store them: `sha256:` and 52 characters of nix32, as narinfos
 * and fingerprints have it. Other texts of the same digest are turned into it where they are read.
 *     sha256:0lxjvvpr59c2mdram7ympy5ay741f180kv3349hvfc3f8nrmbqf6
 */
import { Malformed } from '../errors.ts';
import { decodeNix32, encodeNix32 } from './nix32.ts';

declare const kind: unique symbol;
/** Two are the same digest exactly when they are the same string. */
export type Sha256 = string & { readonly [kind]: 'Sha256' };

const DIGEST_BYTES = 32;
const NIX32 = /^sha256:([0-9a-z]{52})$/;
const HEX = /^sha256:([0-9a-fA-F]{64})$/;
const BASE64 = /^sha256[:-]([A-Za-z0-9+/]{43}=)$/; // after a dash it is the SRI form

/**
 * Reads any text that Nix reads: `sha256:` with nix32, hex or base64, or `sha256-` with base64 (nix: src/libutil/hash.cc).
 * @throws {Malformed} with `facts.field`.
 */
export function parseSha256(text: string, field: string): Sha256 {
  const [, nix32] = NIX32.exec(text) ?? [];
  if (nix32 !== undefined) return sha256Of(decodeNix32(nix32, field));
  const [, hex] = HEX.exec(text) ?? [];
  if (hex !== undefined) return sha256Of(Buffer.from(hex, 'hex'));
  const [, base64] = BASE64.exec(text) ?? [];
  if (base64 !== undefined) return sha256Of(Buffer.from(base64, 'base64'));
  throw new Malformed(`not a SHA-256: ${JSON.stringify(text.slice(0, 100))}`, { field });
}

/** @param digest the 32 bytes. */
export function sha256Of(digest: Uint8Array): Sha256 {
  if (digest.length !== DIGEST_BYTES) throw new RangeError(`a SHA-256 has 32 bytes, not ${digest.length}`);
  return `sha256:${encodeNix32(digest)}` as Sha256; // the only cast
}

/** The 32 bytes. */
export const digestOf = (hash: Sha256): Buffer => decodeNix32(hash.slice('sha256:'.length), 'sha256');
