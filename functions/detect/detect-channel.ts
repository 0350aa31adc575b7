/**
 * One channel. The order makes a cut harmless anywhere: the release's files, what upstream says of it, its fan-out list, the note that it was seen,
 * the messages, the note that all were sent. The next run does again whatever is not noted.
 */
import { formatCopyRequested } from '../../events/copy-requested.ts';
import { type FanOut, type FanOutPath, fanOutKey, formatFanOut, readFanOut } from '../../events/fan-out.ts';
import { releaseKey } from '../../events/release-manifest.ts';
import { type Bucket, bytesOf } from '../../shared/bucket/bucket.ts';
import { describeError, Malformed } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import type { ChannelName, ReleasePrefix } from '../../shared/nix/release.ts';
import { readStorePaths } from '../../shared/nix/store-path-list.ts';
import type { Queue } from '../../shared/queue/queue.ts';
import type { Channels } from '../../shared/upstream/channels.ts';
import { note, readSeen, seenRelease } from './channel-record.ts';
import { readGuarantees } from './guarantees.ts';
import { planFanOut } from './plan-fan-out.ts';
import { storeReleaseFiles } from './release-files.ts';
import { noteRelease, readReleasedAt } from './release-record.ts';

export interface DetectDeps {
  readonly channels: Channels;
  readonly bucket: Pick<Bucket, 'head' | 'get' | 'put' | 'list'>;
  readonly state: Pick<Bucket, 'head' | 'get' | 'put' | 'list'>;
  readonly copyQueue: Pick<Queue, 'sendAll'>;
  readonly log: Log;
  readonly now: () => Date;
}

export type FanOutDeps = Omit<DetectDeps, 'copyQueue'>;

export type Detected =
  | { readonly channel: ChannelName; readonly outcome: 'unchanged'; readonly release: ReleasePrefix }
  | {
      readonly channel: ChannelName;
      readonly outcome: 'detected';
      readonly release: ReleasePrefix;
      readonly revision: string;
      /** When upstream released it; undefined when what we wrote down of it was damaged. */
      readonly releasedAt: string | undefined;
      /** Store paths in upstream's list. */
      readonly listed: number;
      /** Of these, asked of copy. */
      readonly asked: number;
    };

/** @throws what upstream, a bucket or the queue throws. */
export async function detectChannel(channel: ChannelName, deps: DetectDeps, signal: AbortSignal): Promise<Detected> {
  const release = await deps.channels.resolve(channel, signal);
  const seen = await readSeen(channel, deps, signal);
  const known = seenRelease(seen, release);
  if (known?.fannedOut && !known.backfilled) return { channel, outcome: 'unchanged', release };
  const { head, paths, releasedAt } = await fanOutOf({ channel, release, isNoted: known !== undefined }, deps, signal);
  const noted = await note(seen, release, { fannedOut: false }, deps, signal);
  const asked = await deps.copyQueue.sendAll(requests(release, paths), signal);
  await note(noted, release, { fannedOut: true }, deps, signal);
  const { revision, listed } = head;
  return { channel, outcome: 'detected', release, revision, releasedAt, listed, asked };
}

type DatedFanOut = FanOut & { readonly releasedAt: string | undefined };

/** What a release needs, written down; its files and what upstream says of it are here by then. */
export const fanOutOf = async (
  { channel, release, isNoted }: Wanted,
  deps: FanOutDeps,
  signal: AbortSignal,
): Promise<DatedFanOut> =>
  (await storedFanOut(release, isNoted, deps, signal)) ?? (await newFanOut(channel, release, deps, signal));

export interface Wanted {
  readonly channel: ChannelName;
  readonly release: ReleasePrefix;
  /** Whether the channel's record names it: then collect knows that its list is needed. */
  readonly isNoted: boolean;
}

async function newFanOut(
  channel: ChannelName,
  release: ReleasePrefix,
  deps: FanOutDeps,
  signal: AbortSignal,
): Promise<DatedFanOut> {
  const page = await deps.channels.releasePage(release, signal);
  await storeReleaseFiles(release, page, deps, signal);
  const { releasedAt } = await noteRelease({ channel, release }, page, deps, signal);
  const list = await deps.bucket.get(releaseKey(release, 'store-paths.xz'), { signal });
  if (!list) throw new Malformed(`${release} has no store-paths.xz`, { field: 'store-paths.xz', release });
  const { listed, paths } = await planFanOut(readStorePaths(list.body), await readGuarantees(deps, signal));
  const head = {
    release,
    revision: await revisionOf(release, page.revision, deps, signal),
    listed,
    tracked: paths.length,
  };
  await deps.state.put(fanOutKey(release), formatFanOut(head, paths), { signal });
  return { head, paths, releasedAt };
}

/**
 * Left by a run that was cut while sending: what it subtracted from may have changed since, so its list stands. One that was
 * damaged is made anew, and so is an old one that was never noted: collect may have taken away what it counts on.
 */
async function storedFanOut(
  release: ReleasePrefix,
  isNoted: boolean,
  { bucket, state, log, now }: FanOutDeps,
  signal: AbortSignal,
): Promise<DatedFanOut | undefined> {
  const stored = await state.get(fanOutKey(release), { signal });
  if (!stored || (!isNoted && stored.lastModified.getTime() < now().getTime() - COUNTS_FOR_MS)) return undefined;
  try {
    const fanOut = await readFanOut(stored.body);
    return { ...fanOut, releasedAt: await readReleasedAt(release, { bucket }, signal) };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    log.warn('fan-out.damaged', { release, error: describeError(error) });
    return undefined;
  }
}

/** What a release guarantees is kept for as long, whatever becomes of the release (functions/collect/retention.ts). */
const COUNTS_FOR_MS = 86_400_000;

/** The release's own file is the authority; its page says the same in prose. */
async function revisionOf(
  release: ReleasePrefix,
  onPage: string | undefined,
  { bucket }: FanOutDeps,
  signal: AbortSignal,
): Promise<string> {
  const file = await bucket.get(releaseKey(release, 'git-revision'), { signal });
  const text = file && (await bytesOf(file.body)).toString('latin1').trim();
  return text !== undefined && /^[0-9a-f]{40}$/.test(text) ? text : (onPage ?? '');
}

function* requests(release: ReleasePrefix, paths: readonly FanOutPath[]): Generator<string> {
  for (const { path, underWay } of paths) if (!underWay) yield formatCopyRequested({ hash: path.hash, release });
}
