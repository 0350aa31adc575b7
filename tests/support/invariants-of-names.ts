/** Invariants 1 and 4: a visible narinfo is signed, and all that it promises is here. */
import { parseNarInfo } from '../../shared/nix/narinfo.ts';
import { type PublicKey, parsePublicKey, verifiedBy } from '../../shared/nix/signature.ts';
import { formatBaseName } from '../../shared/nix/store-path.ts';
import { bytesAt, type Holdings } from './holdings.ts';
import type { ReferenceUpstream } from './reference-upstream.ts';

type Held = Pick<Holdings, 'bucket' | 'keys' | 'visible'>;

export async function brokenNames(held: Held, { publicKey }: ReferenceUpstream): Promise<readonly string[]> {
  const keys = [parsePublicKey(publicKey)];
  const broken = await Promise.all([...held.visible].map((hash) => brokenName(hash, held, keys)));
  return broken.flat();
}

async function brokenName(hash: string, held: Held, trusted: readonly PublicKey[]): Promise<readonly string[]> {
  const narInfo = parseNarInfo((await bytesAt(held.bucket, `${hash}.narinfo`)) ?? '');
  const name = formatBaseName(narInfo.storePath);
  const broken: string[] = [];
  if (narInfo.storePath.hash !== hash) broken.push(`${hash}.narinfo speaks of ${name}`);
  if (verifiedBy(narInfo, trusted) === undefined) broken.push(`${name} is visible, but no trusted key signed it`);
  for (const { hash: reference } of narInfo.references)
    if (!held.visible.has(reference)) broken.push(`${name} is visible, but its reference ${reference} is not`);
  if (!held.keys.has(narInfo.url)) return [...broken, `${name} is visible, but ${narInfo.url} is not here`];
  // That the NAR is what its metadata says is looked at for every NAR: invariants-of-nars.ts.
  const verifiedFor = (await held.bucket.head(narInfo.url))?.metadata['nar-hash'];
  if (verifiedFor !== narInfo.narHash) broken.push(`${name} names a NAR that was verified for ${verifiedFor}`);
  return broken;
}
