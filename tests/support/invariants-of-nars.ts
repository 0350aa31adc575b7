/** Invariant 4: every NAR that is here, named or not, is one that upstream signed, and is verified for what it says. */
import type { Holdings } from './holdings.ts';
import type { NarHasher } from './nar-hash.ts';
import type { ReferenceUpstream } from './reference-upstream.ts';

export async function brokenNars(
  { bucket, keys }: Pick<Holdings, 'bucket' | 'keys'>,
  { paths }: ReferenceUpstream,
  narHash: NarHasher,
): Promise<readonly string[]> {
  const signed = new Map([...paths.values()].map((path) => [path.url, path]));
  const broken: string[] = [];
  for (const key of keys) {
    if (!key.startsWith('nar/')) continue;
    const right = signed.get(key);
    if (!right) {
      broken.push(`${key} is no NAR of upstream`);
      continue;
    }
    const found = await narHash(bucket, key, right.compression);
    if (found.narHash !== right.narHash || found.narSize !== right.narSize)
      broken.push(`${key} holds ${found.narHash} of ${found.narSize} bytes, not ${right.narHash} of ${right.narSize}`);
    const claimed = (await bucket.head(key))?.metadata['nar-hash'];
    if (claimed !== right.narHash) broken.push(`${key} says that it was verified for ${claimed ?? 'nothing'}`);
  }
  return broken;
}
