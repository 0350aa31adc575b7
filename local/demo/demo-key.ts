/** The key that signs for the demo's upstream. It is made from the seed, so it proves nothing: trust it for the demo alone. */
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import type { PublicKey, SecretKey } from '../../shared/nix/signature.ts';

const NAME = 'copycat-demo-1';
/** What stands before the 32 bytes of an ed25519 key in DER (RFC 8410, section 7). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

export function demoKey(seed: string): { readonly secret: SecretKey; readonly public: PublicKey } {
  const bytes = createHash('sha256').update(`${NAME} ${seed}`).digest();
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, bytes]), format: 'der', type: 'pkcs8' });
  return { secret: { name: NAME, key }, public: { name: NAME, key: createPublicKey(key) } };
}
