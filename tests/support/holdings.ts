/** What a mirror holds, read from its buckets, wherever they are, with the code that wrote it. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CHANNEL_POINTERS, type ChannelPointer, parseChannelPointer } from '../../events/channel-pointer.ts';
import { type PathUnavailable, parsePathUnavailable, UNAVAILABLE } from '../../events/path-unavailable.ts';
import { parseReleaseManifest, type ReleaseManifest } from '../../events/release-manifest.ts';
import { STAGED } from '../../events/staged.ts';
import { type Bucket, bytesOf, getText } from '../../shared/bucket/bucket.ts';
import { fileBucket } from '../../shared/bucket/file.ts';

/** The two buckets of one mirror. */
export interface Buckets {
  /** The public one. */
  readonly bucket: Bucket;
  readonly state: Bucket;
}

/** Where they are by default: directories in DATA_DIR. */
export const directoriesIn = (dataDir: string): Buckets => ({
  bucket: fileBucket(join(dataDir, 'cache')),
  state: fileBucket(join(dataDir, 'state')),
});

export interface Holdings {
  readonly bucket: Bucket;
  /** Every key of the public bucket. */
  readonly keys: ReadonlySet<string>;
  /** Hashes of store paths with a name. */
  readonly visible: ReadonlySet<string>;
  readonly pointers: ReadonlyMap<string, ChannelPointer>;
  readonly manifests: ReadonlyMap<string, ReleaseManifest>;
  readonly staged: readonly string[];
  readonly unavailable: readonly PathUnavailable[];
}

export async function readHoldings({ bucket, state }: Buckets): Promise<Holdings> {
  const keys = await keysOf(bucket);
  const parsed = <T>(from: Bucket, names: readonly string[], parse: (text: string) => T): Promise<readonly T[]> =>
    Promise.all(names.map(async (key) => parse((await getText(from, key)) ?? '')));
  const pointers = keys.filter((key) => key.startsWith(CHANNEL_POINTERS));
  const manifests = keys.filter((key) => key.startsWith('releases/') && key.endsWith('/manifest.json'));
  return {
    bucket,
    keys: new Set(keys),
    visible: new Set(keys.filter((key) => key.endsWith('.narinfo')).map((key) => key.slice(0, -'.narinfo'.length))),
    pointers: new Map((await parsed(bucket, pointers, parseChannelPointer)).map((one) => [one.channel, one])),
    manifests: new Map((await parsed(bucket, manifests, parseReleaseManifest)).map((one) => [one.release, one])),
    staged: await keysOf(state, STAGED),
    unavailable: await parsed(state, await keysOf(state, UNAVAILABLE), parsePathUnavailable),
  };
}

async function keysOf(bucket: Bucket, prefix = ''): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of bucket.list(prefix)) keys.push(key);
  return keys;
}

/** The bytes of an object; undefined when it is not there. */
export async function bytesAt(bucket: Bucket, key: string): Promise<Buffer | undefined> {
  const object = await bucket.get(key);
  return object && bytesOf(object.body);
}

/** Messages in all embedded queues, dead letters among them. The mirror must not be running (fauxqs 2.4.1: persistence.js). */
export function messagesLeft(dataDir: string): number {
  const database = new DatabaseSync(join(dataDir, 'queues', 'fauxqs.db'));
  try {
    return Number(database.prepare('SELECT count(*) AS count FROM sqs_messages').get()?.count);
  } finally {
    database.close();
  }
}

/** What was on its way into a directory that is a bucket and never got there. The mirror must not be running. */
export async function temporaryFiles(dataDir: string): Promise<readonly string[]> {
  const names = ['cache', 'state'].map((bucket) => readdir(join(dataDir, bucket, '.tmp')).catch(() => []));
  return (await Promise.all(names)).flat();
}
