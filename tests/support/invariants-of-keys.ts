/** Invariant 5: the public bucket is a valid binary cache, holds nothing but what is documented, and its bytes are upstream's. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { brotliDecompressSync } from 'node:zlib';
import { parseCacheInfo } from '../../shared/nix/cache-info.ts';
import { bytesAt, type Holdings } from './holdings.ts';
import { isUpstreams } from './reference-bytes.ts';
import type { ReferenceUpstream } from './reference-upstream.ts';

/** `probe` is there while a bucket is tried. */
const OURS =
  /^(?:nix-cache-info|probe|channels\/[\w.-]+\.json|releases\/.+\/(?:(?:manifest|release)\.json|changes\.ndjson\.zst))$/;
/** Ours by brotli and in another order of fields. */
const LISTING = /^[0-9a-z]{32}\.ls$/;
const UPSTREAMS =
  /^(?:[0-9a-z]{32}\.narinfo|nar\/[^/]+|debuginfo\/[0-9a-f]+|releases\/.+\/(?:binary-cache-url|git-revision|nixexprs\.tar\.xz|nixexprs\.tar\.zst|src-url|store-paths\.xz))$/;

export async function brokenKeys(
  { bucket, keys, visible }: Pick<Holdings, 'bucket' | 'keys' | 'visible'>,
  reference: ReferenceUpstream,
): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const key of keys) {
    if (OURS.test(key)) continue;
    const bytes = await bytesAt(bucket, key);
    if (LISTING.test(key)) {
      const [ours, theirs] = [
        bytes && brotliDecompressSync(bytes),
        await readFile(join(reference.directory, 'cache', key)),
      ];
      if (!isDeepStrictEqual(JSON.parse(String(ours)), JSON.parse(String(theirs))))
        broken.push(`${key} is not upstream's`);
    } else if (!UPSTREAMS.test(key)) broken.push(`${key} is no documented key`);
    else if (!(await isUpstreams(reference, key, bytes))) broken.push(`${key} is not upstream's`);
  }
  const info = (await bytesAt(bucket, 'nix-cache-info'))?.toString('utf8');
  if (info === undefined && visible.size > 0) broken.push('there are names, but no nix-cache-info');
  if (info !== undefined && parseCacheInfo(info).storeDir !== '/nix/store') broken.push('nix-cache-info is not right');
  return broken;
}
