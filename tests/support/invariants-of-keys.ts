/** Invariant 5: the public bucket is a valid binary cache, holds nothing but what is documented, and its bytes are upstream's. */
import { parseCacheInfo } from '../../shared/nix/cache-info.ts';
import { bytesAt, type Holdings } from './holdings.ts';
import { isUpstreams } from './reference-bytes.ts';
import type { ReferenceUpstream } from './reference-upstream.ts';

const OURS = /^(?:nix-cache-info|channels\/[\w.-]+\.json|releases\/.+\/manifest\.json)$/;
const UPSTREAMS =
  /^(?:[0-9a-z]{32}\.narinfo|nar\/[^/]+|releases\/.+\/(?:binary-cache-url|git-revision|nixexprs\.tar\.xz|nixexprs\.tar\.zst|src-url|store-paths\.xz))$/;

export async function brokenKeys(
  { bucket, keys, visible }: Pick<Holdings, 'bucket' | 'keys' | 'visible'>,
  reference: ReferenceUpstream,
): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const key of keys) {
    if (OURS.test(key)) continue;
    if (!UPSTREAMS.test(key)) broken.push(`${key} is no documented key`);
    else if (!(await isUpstreams(reference, key, await bytesAt(bucket, key)))) broken.push(`${key} is not upstream's`);
  }
  const info = (await bytesAt(bucket, 'nix-cache-info'))?.toString('utf8');
  if (info === undefined && visible.size > 0) broken.push('there are names, but no nix-cache-info');
  if (info !== undefined && parseCacheInfo(info).storeDir !== '/nix/store') broken.push('nix-cache-info is not right');
  return broken;
}
