/**
 * The buckets of the mirror that a command is to work on: those that BUCKET and STATE name, or directories in a DATA_DIR in which a mirror
 * has run. A wrong DATA_DIR is no empty mirror, of which all would be well.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Bucket } from '../shared/bucket/bucket.ts';
import type { BucketKeys } from '../shared/bucket/keys.ts';
import { openBucket } from '../shared/bucket/open.ts';
import { InvalidConfig } from '../shared/errors.ts';
import type { LocalConfig } from './config.ts';
import { type Buckets, bucketsOf, lockFile } from './data-dir.ts';

export interface MirrorBuckets {
  readonly bucket: Bucket;
  readonly state: Bucket;
  /** Store URLs of both. */
  readonly urls: Buckets;
}

/** Nothing is made or read. @throws {InvalidConfig} when no mirror has run where the buckets would be. */
export function mirrorHere(config: Pick<LocalConfig, 'BUCKET' | 'STATE' | 'DATA_DIR'> & BucketKeys): MirrorBuckets {
  const DATA_DIR = resolve(config.DATA_DIR);
  if (config.BUCKET === undefined || config.STATE === undefined) requireMirrorIn(DATA_DIR);
  const urls = bucketsOf({ ...config, DATA_DIR });
  return { bucket: openBucket(urls.BUCKET, config), state: openBucket(urls.STATE, config), urls };
}

/** @throws {InvalidConfig} */
export function requireMirrorIn(dataDir: string): void {
  if (!existsSync(lockFile(dataDir)))
    throw new InvalidConfig([`DATA_DIR: no mirror has run in ${dataDir} yet; copycat start makes one`]);
}
