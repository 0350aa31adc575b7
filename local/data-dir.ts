/** What one machine keeps under DATA_DIR, and which of it is swept when a runtime starts. */
import { realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sweepTemporaryFiles } from '../shared/bucket/file-temporary.ts';
import { parseBucketUrl } from '../shared/bucket/open.ts';
import type { LocalConfig } from './config.ts';

export interface Buckets {
  readonly BUCKET: string;
  readonly STATE: string;
}

export const lockFile = (dataDir: string): string => join(dataDir, 'runtime.lock');
export const cacheDirectory = (dataDir: string): string => join(dataDir, '.cache');
export const queueDirectory = (dataDir: string): string => join(dataDir, 'queues');
/** The embedded ClickHouse's: its data, its lock, and where it answers. */
export const analyticsDirectory = (dataDir: string): string => join(dataDir, 'analytics');
/** The log stream between those who write it and load. */
export const spoolDirectory = (dataDir: string): string => join(dataDir, 'spool');

/** Store URLs of both buckets: directories here, unless told otherwise. */
export function bucketsOf({ BUCKET, STATE, DATA_DIR }: Pick<LocalConfig, 'BUCKET' | 'STATE' | 'DATA_DIR'>): Buckets {
  const here = (name: string): string => pathToFileURL(join(DATA_DIR, name)).href;
  return { BUCKET: BUCKET ?? here('cache'), STATE: STATE ?? here('state') };
}

/** Whether one bucket is the other, or lies in it: what is public would hold what is not. */
export function overlap({ BUCKET, STATE }: Buckets): boolean {
  const [one, other] = [parseBucketUrl(BUCKET), parseBucketUrl(STATE)];
  if (one.scheme === 's3' && other.scheme === 's3')
    return one.bucket === other.bucket && one.endpoint === other.endpoint;
  if (one.scheme !== 'file' || other.scheme !== 'file') return false;
  const [a, b] = [`${realOf(one.root)}/`, `${realOf(other.root)}/`];
  return a.startsWith(b) || b.startsWith(a);
}

/** Where it is, whatever links lead there. It may not be there yet. */
function realOf(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    const above = dirname(absolute);
    return above === absolute ? absolute : join(realOf(above), absolute.slice(above.length));
  }
}

/** What functions that were killed left half written. @returns how many files */
export async function sweepBuckets(buckets: Buckets): Promise<number> {
  const swept = [buckets.BUCKET, buckets.STATE]
    .map(parseBucketUrl)
    .map((url) => (url.scheme === 'file' ? sweepTemporaryFiles(url.root) : 0));
  return (await Promise.all(swept)).reduce((sum, count) => sum + count, 0);
}
