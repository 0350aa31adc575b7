/**
 * Why anything is kept: the channels as detect has seen them and where they stand, the releases that are known here, and the pins.
 * What can't be read is no reason to take anything away: it ends the collection.
 */
import { CHANNEL_POINTERS, type ChannelPointer, parseChannelPointer } from '../../events/channel-pointer.ts';
import { CHANNELS_SEEN, type ChannelSeen, parseChannelSeen } from '../../events/channel-seen.ts';
import { fanOutKey } from '../../events/fan-out.ts';
import { PINS_KEY, type Pin, parsePins } from '../../events/pins.ts';
import { readable } from '../../events/record.ts';
import { manifestKey, parseReleaseManifest, RETIRED_AT, SETTLED_AT } from '../../events/release-manifest.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import { CollectRefused } from '../../shared/errors.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { type ChannelName, parseReleasePrefix, type ReleasePrefix } from '../../shared/nix/release.ts';

export interface RootsDeps {
  readonly bucket: Pick<Bucket, 'list' | 'get' | 'head'>;
  readonly state: Pick<Bucket, 'list' | 'get' | 'head'>;
}

export interface KnownChannel {
  readonly channel: ChannelName;
  /** Oldest first. */
  readonly seen: readonly ReleasePrefix[];
  /** Of these, the ones that the channel did not name: an operator asked for them. */
  readonly asked: ReadonlySet<ReleasePrefix>;
  /** Where it stands here. */
  readonly at: ReleasePrefix | undefined;
}

export interface KnownRelease {
  readonly release: ReleasePrefix;
  /** Undefined while it has no manifest. In milliseconds since 1970, like the others. */
  readonly settledAt: number | undefined;
  readonly retiredAt: number | undefined;
  /** When its fan-out list was written; undefined when there is none. */
  readonly fannedOutAt: number | undefined;
  /** Whether it has files. */
  readonly files: boolean;
}

export interface Roots {
  readonly channels: readonly KnownChannel[];
  readonly releases: ReadonlyMap<ReleasePrefix, KnownRelease>;
  readonly pins: readonly Pin[];
}

const RELEASES = 'releases/';
const READS_AT_ONCE = 32;

/** @throws {CollectRefused} when one of them can't be read. */
export async function readRoots({ bucket, state }: RootsDeps, signal: AbortSignal): Promise<Roots> {
  const seen = await readAll<ChannelSeen>(state, CHANNELS_SEEN, parseChannelSeen, signal);
  const pointers = await readAll<ChannelPointer>(bucket, CHANNEL_POINTERS, parseChannelPointer, signal);
  const names = new Set([...seen, ...pointers].map(({ channel }) => channel));
  const channels = [...names].map((channel) => ({
    channel,
    ...seenOf(seen.find((one) => one.channel === channel)),
    at: pointers.find((one) => one.channel === channel)?.release,
  }));
  const [fanOuts, files] = [await releasesIn(state, signal), await releasesIn(bucket, signal)];
  const all = new Set([
    ...fanOuts.keys(),
    ...files.keys(),
    ...channels.flatMap((one) => [...one.seen, one.at ?? []].flat()),
  ]);
  const releases = new Map<ReleasePrefix, KnownRelease>();
  await inParallel(all, READS_AT_ONCE, async (release) => {
    const manifest = files.get(release)?.has(manifestKey(release))
      ? await readDates(release, bucket, signal)
      : undefined;
    const fanOut = fanOuts.get(release)?.has(fanOutKey(release))
      ? await state.head(fanOutKey(release), signal)
      : undefined;
    releases.set(release, {
      release,
      settledAt: manifest?.settledAt,
      retiredAt: manifest?.retiredAt,
      fannedOutAt: fanOut?.lastModified.getTime(),
      files: files.has(release),
    });
  });
  const pins = await getText(state, PINS_KEY, signal);
  return { channels, releases, pins: pins === undefined ? [] : needed(PINS_KEY, readable(parsePins, pins)) };
}

const seenOf = ({ releases }: Pick<ChannelSeen, 'releases'> = { releases: [] }) => ({
  seen: releases.map(({ release }) => release),
  asked: new Set(releases.filter(({ backfilled }) => backfilled).map(({ release }) => release)),
});

async function readAll<T>(
  bucket: Pick<Bucket, 'list' | 'get'>,
  prefix: string,
  parse: (text: string) => T,
  signal: AbortSignal,
): Promise<readonly T[]> {
  const records: T[] = [];
  for await (const { key } of bucket.list(prefix, { signal })) {
    const text = await getText(bucket, key, signal);
    if (text !== undefined) records.push(needed(key, readable(parse, text)));
  }
  return records;
}

/** Its objects' keys, by release. What lies there under another name is nobody's. */
async function releasesIn(
  bucket: Pick<Bucket, 'list'>,
  signal: AbortSignal,
): Promise<ReadonlyMap<ReleasePrefix, ReadonlySet<string>>> {
  const releases = new Map<ReleasePrefix, Set<string>>();
  for await (const { key } of bucket.list(RELEASES, { signal })) {
    const release = readable(parseReleasePrefix, key.slice(RELEASES.length, key.lastIndexOf('/')));
    if (release) releases.set(release, (releases.get(release) ?? new Set()).add(key));
  }
  return releases;
}

/** From the manifest's metadata; one that was written before it had any is read. */
async function readDates(
  release: ReleasePrefix,
  bucket: Pick<Bucket, 'get' | 'head'>,
  signal: AbortSignal,
): Promise<{ readonly settledAt: number; readonly retiredAt: number | undefined } | undefined> {
  const key = manifestKey(release);
  const head = await bucket.head(key, signal);
  const [settledAt, retiredAt] = [SETTLED_AT, RETIRED_AT].map((name) => Date.parse(head?.metadata[name] ?? ''));
  if (settledAt !== undefined && !Number.isNaN(settledAt)) return { settledAt, retiredAt: retiredAt || undefined };
  const text = head && (await getText(bucket, key, signal));
  if (text === undefined) return undefined;
  const manifest = needed(key, readable(parseReleaseManifest, text));
  return {
    settledAt: Date.parse(manifest.settledAt),
    retiredAt: manifest.retiredAt === undefined ? undefined : Date.parse(manifest.retiredAt),
  };
}

function needed<T>(key: string, value: T | undefined): T {
  if (value === undefined) throw new CollectRefused(`${key} can't be read`, { key });
  return value;
}
