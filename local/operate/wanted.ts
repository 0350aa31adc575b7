/** Which store paths a backfill is about: everything that its sources name, each once. */
import { releaseKey } from '../../events/release-manifest.ts';
import type { Bucket } from '../../shared/bucket/bucket.ts';
import { Malformed } from '../../shared/errors.ts';
import type { ChannelName, ReleasePrefix } from '../../shared/nix/release.ts';
import type { StorePath, StorePathHash } from '../../shared/nix/store-path.ts';
import { readStorePaths } from '../../shared/nix/store-path-list.ts';
import type { Channels } from '../../shared/upstream/channels.ts';
import type { Wanted } from './backfill.ts';
import type { Glob } from './glob.ts';
import { pathsInText } from './paths-in-text.ts';
import { readAnyList } from './read-list.ts';
import type { NamedRelease } from './show-release.ts';

export interface Sources {
  /** At the release where upstream's channel stands. */
  readonly channels: readonly ChannelName[];
  readonly releases: readonly ReleasePrefix[];
  /** Files or addresses of lists as `store-paths.xz`, or of the same unpacked. */
  readonly lists: readonly string[];
  /** Of the above only what has one of these names; all when there is none. */
  readonly names: readonly Glob[];
  readonly paths: readonly StorePathHash[];
  /** Files, or `-`, of any text. */
  readonly logs: readonly string[];
  readonly deadLetters: boolean;
}

export interface WantedDeps {
  readonly channels: Pick<Channels, 'resolve' | 'file'>;
  readonly bucket: Pick<Bucket, 'get'>;
  /** A list or a log, by its file or address. */
  readonly open: (place: string, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;
  /** What the dead letters of copy are about. */
  readonly deadLetters: (signal: AbortSignal) => Promise<readonly StorePathHash[]>;
}

export interface Collected {
  readonly wanted: Wanted;
  /** Those that were named, one way or the other. */
  readonly releases: readonly NamedRelease[];
}

/** Ten large releases. */
const MOST_WANTED = 1_000_000;

/** @throws {Malformed} for a list that is none, or more than a million paths. @throws what upstream or a bucket throws */
export async function collectWanted(sources: Sources, deps: WantedDeps, signal: AbortSignal): Promise<Collected> {
  const { names } = sources;
  const wanted = new Map<StorePathHash, ReleasePrefix | undefined>();
  const want = (hash: StorePathHash, release?: ReleasePrefix): void => {
    if (!wanted.has(hash)) wanted.set(hash, release);
    if (wanted.size > MOST_WANTED)
      throw new Malformed(`more than ${MOST_WANTED} store paths at once`, { field: 'store paths' });
  };
  const wantListed = async (list: AsyncIterable<StorePath>, release?: ReleasePrefix): Promise<void> => {
    for await (const { hash, name } of list)
      if (names.length === 0 || names.some((matches) => matches(name))) want(hash, release);
  };

  for (const hash of sources.paths) want(hash);
  const releases: NamedRelease[] = sources.releases.map((release) => ({ release }));
  for (const channel of sources.channels)
    releases.push({ channel, release: await deps.channels.resolve(channel, signal) });
  for (const { release } of releases) await wantListed(await listOfRelease(release, deps, signal), release);
  for (const place of sources.lists) await wantListed(readAnyList(await deps.open(place, signal)));
  for (const place of sources.logs) for await (const hash of pathsInText(await deps.open(place, signal))) want(hash);
  if (sources.deadLetters) for (const hash of await deps.deadLetters(signal)) want(hash);
  return { wanted, releases };
}

/** As it is here; else upstream's. */
async function listOfRelease(
  release: ReleasePrefix,
  { bucket, channels }: WantedDeps,
  signal: AbortSignal,
): Promise<AsyncIterable<StorePath>> {
  const held = await bucket.get(releaseKey(release, 'store-paths.xz'), { signal });
  return readStorePaths((held ?? (await channels.file(release, 'store-paths.xz', signal))).body);
}
