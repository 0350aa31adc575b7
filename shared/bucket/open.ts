/**
 * A bucket by its name, a Nix store URL:
 *     file:///var/lib/copycat/cache
 *     s3://copycat?endpoint=http://minio:9000&region=us-east-1
 * (nix: "Store types", https://nix.dev/manual/nix/latest/store/types/)
 */
import { fileURLToPath } from 'node:url';
import { Malformed } from '../errors.ts';
import type { Bucket } from './bucket.ts';
import { fileBucket } from './file.ts';
import { type BucketKeys, credentialsOf } from './keys.ts';
import { s3Bucket } from './s3.ts';
import { openS3Client, type S3Place } from './s3-client.ts';

/** What a store URL says, by scheme. */
export type BucketUrl = { readonly scheme: 'file'; readonly root: string } | ({ readonly scheme: 's3' } & S3Place);

/**
 * Opens nothing yet: a bucket that is not there is an error of the first use, or an empty bucket.
 * @param keys for an s3:// one; a function's whole configuration has them
 * @throws {Malformed} @throws {InvalidConfig} for half a key
 */
export function openBucket(storeUrl: string, keys: Partial<BucketKeys> = {}): Bucket {
  const url = parseBucketUrl(storeUrl);
  if (url.scheme === 'file') return fileBucket(url.root);
  return s3Bucket({
    client: openS3Client({ ...url, credentials: credentialsOf(keys) }),
    bucket: url.bucket,
    name: `s3://${url.bucket}`,
  });
}

/** @throws {Malformed} whose message says what would be right, and never repeats the URL: it may hold credentials. */
export function parseBucketUrl(storeUrl: string): BucketUrl {
  const url = URL.parse(storeUrl);
  if (!url) throw refused('an absolute store URL is needed, such as file:///var/lib/copycat/cache');
  if (url.protocol === 's3:') return parseS3Url(url);
  if (url.protocol !== 'file:') throw refused(`the scheme ${url.protocol}// is not supported; file:// and s3:// are`);
  if (!storeUrl.startsWith('file:///'))
    throw refused('file:// needs an absolute path: three slashes, as in file:///var/lib/copycat/cache');
  if (url.search !== '' || url.hash !== '') throw refused('file:// takes no settings after its path');
  const root = pathOf(url);
  if (root === '/') throw refused('the root directory cannot be a bucket');
  return { scheme: 'file', root };
}

/** Settings as in Nix: `endpoint` may come with its scheme, or without it and `scheme` beside it. */
function parseS3Url(url: URL): BucketUrl {
  const bucket = url.hostname;
  if (!BUCKET_NAME.test(bucket)) throw refused('s3:// needs a bucket name, as in s3://copycat');
  if (url.username !== '' || url.password !== '') {
    throw refused('credentials do not belong into a store URL; set BUCKET_ACCESS_KEY_ID and BUCKET_SECRET_ACCESS_KEY');
  }
  if (url.pathname !== '' && url.pathname !== '/') throw refused('s3:// takes no path after the bucket');
  const unknown = [...url.searchParams.keys()].find((setting) => !S3_SETTINGS.has(setting));
  if (unknown !== undefined) throw refused(`s3:// has no setting ${unknown}; it has ${[...S3_SETTINGS].join(', ')}`);
  const { endpoint, region = 'us-east-1', scheme = 'https' } = Object.fromEntries(url.searchParams);
  return { scheme: 's3', bucket, region, endpoint: endpoint ? endpointOf(endpoint, scheme) : undefined };
}

const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const S3_SETTINGS: ReadonlySet<string> = new Set(['endpoint', 'region', 'scheme']);

function endpointOf(text: string, scheme: string): string {
  const endpoint = URL.parse(/^https?:\/\//.test(text) ? text : `${scheme}://${text}`);
  if (!endpoint || !/^https?:$/.test(endpoint.protocol) || endpoint.pathname !== '/' || endpoint.username !== '') {
    throw refused('the endpoint is not an http or https address of a host');
  }
  return endpoint.origin;
}

function pathOf(url: URL): string {
  try {
    const path = fileURLToPath(url);
    if (!path.includes('\0')) return path.replace(/(?<=.)\/+$/, '');
  } catch {} // an escaped slash
  throw refused('the path holds an escaped slash or NUL');
}

const refused = (why: string): Malformed => new Malformed(`not a bucket: ${why}`, { field: 'store URL' });
