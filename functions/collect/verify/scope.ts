/** What is verified, and which releases and channels that are. */
import { CHANNEL_POINTERS } from '../../../events/channel-pointer.ts';
import { readable } from '../../../events/record.ts';
import type { Bucket } from '../../../shared/bucket/bucket.ts';
import {
  type ChannelName,
  parseChannelName,
  parseReleasePrefix,
  type ReleasePrefix,
} from '../../../shared/nix/release.ts';
import type { StorePathHash } from '../../../shared/nix/store-path.ts';
import { checkChannel } from './check-release.ts';
import type { Finding } from './finding.ts';

/** All there is, or some with all that they refer to. */
export type Scope =
  | { readonly of: 'all' }
  | { readonly of: 'releases'; readonly releases: readonly ReleasePrefix[] }
  | { readonly of: 'channels'; readonly channels: readonly ChannelName[] }
  | { readonly of: 'paths'; readonly paths: readonly StorePathHash[] };

/** All that are settled, or those that were asked for, each once. */
export async function releasesIn(
  scope: Scope,
  bucket: Pick<Bucket, 'list' | 'head' | 'get'>,
  tell: (finding: Finding) => void,
  signal: AbortSignal,
): Promise<ReadonlySet<ReleasePrefix>> {
  if (scope.of === 'paths') return new Set();
  if (scope.of === 'releases') return new Set(scope.releases);
  const releases = new Set<ReleasePrefix>();
  for (const channel of scope.of === 'channels' ? scope.channels : await channelsIn(bucket, signal)) {
    const { release, findings } = await checkChannel(channel, { bucket }, signal);
    for (const finding of findings) tell(finding);
    if (release) releases.add(release);
  }
  if (scope.of === 'all') for await (const release of settledIn(bucket, signal)) releases.add(release);
  return releases;
}

async function channelsIn(bucket: Pick<Bucket, 'list'>, signal: AbortSignal): Promise<readonly ChannelName[]> {
  const channels: ChannelName[] = [];
  for await (const { key } of bucket.list(CHANNEL_POINTERS, { signal })) {
    const channel = readable(parseChannelName, /^channels\/(.+)\.json$/.exec(key)?.[1]);
    if (channel) channels.push(channel);
  }
  return channels;
}

async function* settledIn(bucket: Pick<Bucket, 'list'>, signal: AbortSignal): AsyncGenerator<ReleasePrefix, undefined> {
  for await (const { key } of bucket.list('releases/', { signal })) {
    const release = readable(parseReleasePrefix, /^releases\/(.+)\/manifest\.json$/.exec(key)?.[1]);
    if (release) yield release;
  }
  return undefined;
}
