/** The buckets of a mirror and its upstream, for a command: asked politely, and by few connections. */
import { resolve } from 'node:path';
import type { Bucket } from '../../shared/bucket/bucket.ts';
import { openBucket } from '../../shared/bucket/open.ts';
import { type BinaryCache, httpBinaryCache } from '../../shared/upstream/binary-cache.ts';
import { type Channels, httpChannels } from '../../shared/upstream/channels.ts';
import { createHttpClient, type HttpClient } from '../../shared/upstream/http-client.ts';
import { userAgent } from '../../shared/upstream/user-agent.ts';
import { bucketsOf } from '../data-dir.ts';
import type { OperateConfig } from './config.ts';

export interface OpenMirror {
  readonly bucket: Bucket;
  readonly state: Bucket;
  readonly channels: Channels;
  readonly upstream: BinaryCache;
  readonly client: HttpClient;
}

const CONNECTIONS = 8;

/** @param addresses that may be fetched besides upstream's. Its client is to be closed. */
export function openMirror(config: OperateConfig, addresses: readonly string[] = []): OpenMirror {
  const { UPSTREAM_URL, CHANNELS_URL, RELEASES_URL, CONTACT, UPSTREAM_BYTES_PER_SECOND: bytesPerSecond } = config;
  const client = createHttpClient({
    userAgent: userAgent(CONTACT),
    origins: [UPSTREAM_URL, CHANNELS_URL, RELEASES_URL, ...addresses],
    connections: CONNECTIONS,
    bytesPerSecond,
  });
  const buckets = bucketsOf({ ...config, DATA_DIR: resolve(config.DATA_DIR) });
  return {
    bucket: openBucket(buckets.BUCKET, config),
    state: openBucket(buckets.STATE, config),
    channels: httpChannels(CHANNELS_URL, RELEASES_URL, client),
    upstream: httpBinaryCache(UPSTREAM_URL, client),
    client,
  };
}
