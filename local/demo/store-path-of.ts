/**
 * How Nix makes store paths (nix: src/libstore/store-dir-config.cc, `makeStorePath`; manual: protocols/store-path). The hash is the
 * SHA-256 of a text, folded to 160 bits:
 *     source:sha256:<hex of the NAR>:/nix/store:linux-firmware-20251111     content-addressed, `CA: fixed:r:sha256:…`
 *     output:dev:sha256:<hex of the derivation>:/nix/store:zlib-1.3.1-dev   made by a derivation
 */
import { createHash } from 'node:crypto';
import { encodeNix32 } from '../../shared/nix/nix32.ts';
import { digestOf, type Sha256 } from '../../shared/nix/sha256.ts';
import { parseStorePathBaseName, STORE_DIR, type StorePath } from '../../shared/nix/store-path.ts';

const HASH_BYTES = 20;

/** @param derivation what stands for the derivation: whatever differs in it makes another path. */
export const outputPath = (name: string, output: string, derivation: string): StorePath =>
  storePath(`output:${output}`, createHash('sha256').update(derivation).digest(), name);

/** Of what is named by its NAR and refers to nothing. */
export const contentAddressedPath = (name: string, narHash: Sha256): StorePath =>
  storePath('source', digestOf(narHash), name);

function storePath(type: string, digest: Uint8Array, name: string): StorePath {
  const text = `${type}:sha256:${Buffer.from(digest).toString('hex')}:${STORE_DIR}:${name}`;
  return parseStorePathBaseName(`${encodeNix32(folded(createHash('sha256').update(text).digest()))}-${name}`);
}

/** nix: src/libutil/hash.cc, `compressHash`. */
function folded(digest: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HASH_BYTES);
  for (const [index, byte] of digest.entries()) bytes[index % HASH_BYTES] = (bytes[index % HASH_BYTES] ?? 0) ^ byte;
  return bytes;
}
