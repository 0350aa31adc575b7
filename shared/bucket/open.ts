/**
 * A bucket by its name, a Nix store URL:
 *     file:///var/lib/copycat/cache
 *     s3://copycat?endpoint=http://minio:9000&region=us-east-1      (next)
 * (nix: "Store types", https://nix.dev/manual/nix/latest/store/types/)
 */
import { fileURLToPath } from 'node:url';
import { Malformed } from '../errors.ts';
import type { Bucket } from './bucket.ts';
import { fileBucket } from './file.ts';

/** What a store URL says, by scheme. */
export type BucketUrl = { readonly scheme: 'file'; readonly root: string };

/** Opens nothing yet: a bucket that is not there is an error of the first use, or an empty bucket. @throws {Malformed} */
export function openBucket(storeUrl: string): Bucket {
  const { root } = parseBucketUrl(storeUrl);
  return fileBucket(root);
}

/** @throws {Malformed} whose message says what would be right, and never repeats the URL: it may hold credentials. */
export function parseBucketUrl(storeUrl: string): BucketUrl {
  const url = URL.parse(storeUrl);
  if (!url) throw refused('an absolute store URL is needed, such as file:///var/lib/copycat/cache');
  if (url.protocol !== 'file:') throw refused(`the scheme ${url.protocol}// is not supported; file:// is`);
  if (!storeUrl.startsWith('file:///'))
    throw refused('file:// needs an absolute path: three slashes, as in file:///var/lib/copycat/cache');
  if (url.search !== '' || url.hash !== '') throw refused('file:// takes no settings after its path');
  const root = pathOf(url);
  if (root === '/') throw refused('the root directory cannot be a bucket');
  return { scheme: 'file', root };
}

function pathOf(url: URL): string {
  try {
    const path = fileURLToPath(url);
    if (!path.includes('\0')) return path.replace(/(?<=.)\/+$/, '');
  } catch {} // an escaped slash
  throw refused('the path holds an escaped slash or NUL');
}

const refused = (why: string): Malformed => new Malformed(`not a bucket: ${why}`, { field: 'store URL' });
