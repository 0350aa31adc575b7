/**
 * Signatures of narinfos: ed25519 over a fingerprint (nix: src/libstore/path-info.cc). What is signed is the path, the
 * NAR's hash and size, and the references; URL, Compression, FileHash, FileSize, Deriver and CA are not.
 *     1;/nix/store/00bg…-net-tools-1.60_p20170221182432;sha256:0lxj…;464152;/nix/store/7gx4…-glibc-2.27
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { Malformed } from '../errors.ts';
import type { NarInfo } from './narinfo.ts';
import { formatBaseName, formatStorePath, STORE_DIR } from './store-path.ts';

export interface PublicKey {
  /** `cache.nixos.org-1`: says which signatures it is for, and no more. */
  readonly name: string;
  readonly key: KeyObject;
}

/** What `nix-store --generate-binary-cache-key` writes. For upstreams of our own, in demo and tests. */
export interface SecretKey {
  readonly name: string;
  readonly key: KeyObject;
}

export type Signed = Pick<NarInfo, 'storePath' | 'narHash' | 'narSize' | 'references'>;

const NAME = /^[^:\s]{1,200}$/;
const PUBLIC_KEY = /^[A-Za-z0-9+/]{43}=$/; // 32 bytes
const SECRET_KEY = /^[A-Za-z0-9+/]{86}==$/; // 64 bytes: the seed, then the public key
const SIGNATURE = /^[A-Za-z0-9+/]{86}(?:=|$)/; // 64 bytes; Nix's base64 ends at the first equals sign, whatever follows
const SEED_BYTES = 32;

/**
 * @param text `name:base64`, as in `trusted-public-keys`.
 * @throws {Malformed}
 */
export function parsePublicKey(text: string): PublicKey {
  const [name, base64] = splitName(text);
  if (!NAME.test(name) || !PUBLIC_KEY.test(base64)) throw new Malformed('not a public key', { field: 'publicKey' });
  return { name, key: createPublicKey({ key: jwk(Buffer.from(base64, 'base64')), format: 'jwk' }) };
}

/** `name:base64`, as Nix writes it. */
export const formatPublicKey = ({ name, key }: PublicKey): string =>
  `${name}:${Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64')}`;

/** The key of cache.nixos.org. */
export const CACHE_NIXOS_ORG_1 = parsePublicKey('cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=');

/**
 * @param text `name:base64`
 * @throws {Malformed} that does not repeat the text.
 */
export function parseSecretKey(text: string): SecretKey {
  const [name, base64] = splitName(text.trim());
  if (!NAME.test(name) || !SECRET_KEY.test(base64)) throw new Malformed('not a secret key', { field: 'secretKey' });
  const bytes = Buffer.from(base64, 'base64');
  const [seed, publicHalf] = [bytes.subarray(0, SEED_BYTES), bytes.subarray(SEED_BYTES)];
  const key = createPrivateKey({ key: jwk(publicHalf, seed), format: 'jwk' });
  // The import takes the seed and does not look at the other half: a key put together wrongly would sign for nobody.
  if (createPublicKey(key).export({ format: 'jwk' }).x !== publicHalf.toString('base64url')) {
    throw new Malformed('not a secret key: its halves do not belong together', { field: 'secretKey' });
  }
  return { name, key };
}

/** The references are a set in Nix, sorted by their base names. */
export function fingerprint({ storePath, narHash, narSize, references }: Signed): string {
  const names = [...new Set(references.map(formatBaseName))].sort();
  const paths = names.map((name) => `${STORE_DIR}/${name}`).join(',');
  return `1;${formatStorePath(storePath)};${narHash};${narSize};${paths}`;
}

/**
 * The name of the first key that signed it. Signatures of other keys are passed over, and so are malformed ones: anybody can
 * add a line to a narinfo.
 */
export function verifiedBy(narInfo: Signed & Pick<NarInfo, 'sigs'>, keys: readonly PublicKey[]): string | undefined {
  const message = Buffer.from(fingerprint(narInfo));
  const signatures = narInfo.sigs.map(splitName).filter(([, base64]) => SIGNATURE.test(base64));
  const signer = keys.find(({ name, key }) =>
    signatures.some(([by, base64]) => by === name && verify(null, message, key, Buffer.from(base64, 'base64'))),
  );
  return signer?.name;
}

/** The value of a `Sig` line. */
export const signatureOf = (narInfo: Signed, { name, key }: SecretKey): string =>
  `${name}:${sign(null, Buffer.from(fingerprint(narInfo)), key).toString('base64')}`;

function splitName(text: string): [name: string, base64: string] {
  const colon = text.indexOf(':');
  return colon < 0 ? ['', ''] : [text.slice(0, colon), text.slice(colon + 1)];
}

function jwk(publicKey: Uint8Array, seed?: Uint8Array): Record<string, string> {
  const x = Buffer.from(publicKey).toString('base64url');
  const d = seed === undefined ? {} : { d: Buffer.from(seed).toString('base64url') };
  return { kty: 'OKP', crv: 'Ed25519', x, ...d };
}
