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
import { noteRelease } from './release-record.ts';

export interface DetectDeps {
  readonly channels: Channels;
  readonly bucket: Pick<Bucket, 'head' | 'get' | 'put' | 'list'>;
  readonly state: Pick<Bucket, 'head' | 'get' | 'put' | 'list'>;
  readonly copyQueue: Pick<Queue, 'sendAll'>;
  readonly log: Log;
  readonly now: () => Date;
}

export type Detected =
  | { readonly channel: ChannelName; readonly outcome: 'unchanged'; readonly release: ReleasePrefix }
  | {
      readonly channel: ChannelName;
      readonly outcome: 'detected';
      readonly release: ReleasePrefix;
      readonly revision: string;
      /** Store paths in upstream's list. */
      readonly listed: number;
      /** Of these, asked of copy. */
      readonly asked: number;
    };

/** @throws what upstream, a bucket or the queue throws. */
export async function detectChannel(channel: ChannelName, deps: DetectDeps, signal: AbortSignal): Promise<Detected> {
  const release = await deps.channels.resolve(channel, signal);
  const seen = await readSeen(channel, deps, signal);
  if (seenRelease(seen, release)?.fannedOut) return { channel, outcome: 'unchanged', release };
  const isNoted = seenRelease(seen, release) !== undefined;
  const stored = await storedFanOut(release, isNoted, deps, signal);
  const { head, paths } = stored ?? (await newFanOut(channel, release, deps, signal));
  const noted = await note(seen, release, { fannedOut: false }, deps, signal);
  const asked = await deps.copyQueue.sendAll(requests(release, paths), signal);
  await note(noted, release, { fannedOut: true }, deps, signal);
  return { channel, outcome: 'detected', release, revision: head.revision, listed: head.listed, asked };
}

async function newFanOut(
  channel: ChannelName,
  release: ReleasePrefix,
  deps: DetectDeps,
  signal: AbortSignal,
): Promise<FanOut> {
  const page = await deps.channels.releasePage(release, signal);
  await storeReleaseFiles(release, page, deps, signal);
  await noteRelease({ channel, release }, page, deps, signal);
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
  return { head, paths };
}

/**
 * Left by a run that was cut while sending: what it subtracted from may have changed since, so its list stands. One that was
 * damaged is made anew, and so is an old one that was never noted: collect may have taken away what it counts on.
 */
async function storedFanOut(
  release: ReleasePrefix,
  isNoted: boolean,
  { state, log, now }: DetectDeps,
  signal: AbortSignal,
): Promise<FanOut | undefined> {
  const stored = await state.get(fanOutKey(release), { signal });
  if (!stored || (!isNoted && stored.lastModified.getTime() < now().getTime() - COUNTS_FOR_MS)) return undefined;
  return readFanOut(stored.body).catch((error: unknown) => {
    if (!(error instanceof Malformed)) throw error;
    log.warn('fan-out.damaged', { release, error: describeError(error) });
    return undefined;
  });
}

/** What a release guarantees is kept for as long, whatever becomes of the release (functions/collect/retention.ts). */
const COUNTS_FOR_MS = 86_400_000;

/** The release's own file is the authority; its page says the same in prose. */
async function revisionOf(
  release: ReleasePrefix,
  onPage: string | undefined,
  { bucket }: DetectDeps,
  signal: AbortSignal,
): Promise<string> {
  const file = await bucket.get(releaseKey(release, 'git-revision'), { signal });
  const text = file && (await bytesOf(file.body)).toString('latin1').trim();
  return text !== undefined && /^[0-9a-f]{40}$/.test(text) ? text : (onPage ?? '');
}

function* requests(release: ReleasePrefix, paths: readonly FanOutPath[]): Generator<string> {
  for (const { path, underWay } of paths) if (!underWay) yield formatCopyRequested({ hash: path.hash, release });
}
