/**
 * Writes for each settled release what it brought (events/release-changes.ts), a little at each tick: a channel's first release takes
 * as many reads as it has store paths. Nothing waits for it, the channel's pointer least of all.
 *
 * A file says which manifest it was made for. So one that is missing, or whose release has healed since, is known after any cut,
 * and made from the beginning.
 */
import { createHash } from 'node:crypto';
import { MOST_FOLLOWED } from '../../events/channel-seen.ts';
import { createLinePacker, type LinePacker } from '../../events/packed-lines.ts';
import { readable } from '../../events/record.ts';
import { changesKey, formatChangesEnd, formatChangesHead } from '../../events/release-changes.ts';
import { manifestKey, parseReleaseManifest, type ReleaseManifest } from '../../events/release-manifest.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import type { Lease } from '../../shared/bucket/lease.ts';
import { isDue } from '../../shared/due.ts';
import { describeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import type { ReleasePrefix } from '../../shared/nix/release.ts';
import { comparedWith } from './compared-with.ts';
import type { Memory } from './memory.ts';
import { type Comparison, compare, contentsOf } from './what-changed.ts';

export interface ChangesDeps {
  readonly bucket: Pick<Bucket, 'head' | 'get' | 'put'>;
  readonly lease: Pick<Lease, 'keep'>;
  readonly log: Log;
  readonly now: () => Date;
}

export interface Changes {
  /** Goes on, if there is something to write. @returns whether there still is. */
  advance(tick: { readonly began: Date; readonly idle: boolean }, signal: AbortSignal): Promise<boolean>;
}

/** Of a tick that has other things to do, of one that has not, and the most of one in a minute, as deployed. */
const [SLICE_MS, IDLE_SLICE_MS, MOST_SLICE_MS] = [100, 1_000, 20_000];
const SHARE = 3;
/** After a failure; a release whose list is damaged costs no more than that. */
const RETRY_MS = 10 * 60_000;

/** Metadata: SHA-256 of the manifest that it was made for. */
const MADE_FOR = 'manifest-sha256';

interface Work {
  readonly release: ReleasePrefix;
  /** As it was when this began. */
  readonly followed: ReleaseManifest | undefined;
  readonly against: ReleasePrefix | undefined;
  readonly madeFor: string;
  readonly comparison: Comparison;
  readonly packer: LinePacker;
}

/** @param memory of the same term. */
export function createChanges(
  { channels, releases }: Pick<Memory, 'channels' | 'releases'>,
  { bucket, lease, log, now }: ChangesDeps,
): Changes {
  /** What they were made for last: of a release that is followed its manifest, of any other nothing, for it changes no more. */
  const made = new Map<ReleasePrefix, ReleaseManifest | undefined>();
  const notBefore = new Map<ReleasePrefix, number>();
  let work: Work | undefined;
  let lastTick: number | undefined;

  return {
    async advance({ began, idle }, signal) {
      const sinceLast = began.getTime() - (lastTick ?? began.getTime());
      lastTick = began.getTime();
      const end =
        now().getTime() + Math.max(idle ? IDLE_SLICE_MS : SLICE_MS, Math.min(MOST_SLICE_MS, sinceLast / SHARE));
      for (let release = next(); release !== undefined; release = next()) {
        try {
          await goOn(release, end, signal);
        } catch (error) {
          if (signal.aborted) throw error;
          log.warn('changes.not-written', { release, error: describeError(error) }); // no reason not to publish
          notBefore.set(release, now().getTime() + RETRY_MS);
          work = undefined;
        }
        if (isDue(end, now().getTime(), MOST_SLICE_MS)) return next() !== undefined;
      }
      return false;
    },
  };

  /** The one that is under way, unless its manifest has changed meanwhile; else the next that is due. */
  function next(): ReleasePrefix | undefined {
    const due = new Set(settledLately());
    if (work && due.has(work.release) && work.followed === manifestIn(work.release)) return work.release;
    work = undefined;
    return due.values().find((release) => isDue(notBefore.get(release) ?? 0, now().getTime(), RETRY_MS));
  }

  function* settledLately(): Generator<ReleasePrefix, undefined> {
    for (const { seen } of channels.values()) {
      for (const { release } of seen.releases.slice(-MOST_FOLLOWED).reverse()) {
        const isMade = made.has(release) && made.get(release) === manifestIn(release);
        if (releases.isSettled(release) && !isMade) yield release;
      }
    }
    return undefined;
  }

  async function goOn(release: ReleasePrefix, end: number, signal: AbortSignal): Promise<void> {
    const followed = manifestIn(release);
    work ??= await begin(release, followed, signal);
    while (work) {
      const lines = await work.comparison.next(signal);
      if (!lines) {
        await write(work, signal);
        break;
      }
      await work.packer.add(lines);
      if (isDue(end, now().getTime(), MOST_SLICE_MS)) return;
    }
    work = undefined;
    made.set(release, followed);
  }

  /** @returns undefined when what is there was made for this very manifest. */
  async function begin(
    release: ReleasePrefix,
    followed: ReleaseManifest | undefined,
    signal: AbortSignal,
  ): Promise<Work | undefined> {
    const manifest = await manifestOf(release, signal);
    if (!manifest) return undefined; // collected, or damaged, and then it is not settled for long
    const there = await bucket.head(changesKey(release), signal);
    if (there?.metadata[MADE_FOR] === manifest.sha256) return undefined;
    const seen = [...channels.values()].map((channel) => channel.seen);
    const against = await comparedWith(release, seen, async (one) => (await manifestOf(one, signal)) !== undefined);
    const before = against && (await manifestOf(against, signal));
    const contents = await contentsOf(manifest.value, bucket, signal);
    const former = before ? await contentsOf(before.value, bucket, signal) : NOTHING;
    const packer = createLinePacker();
    const { revision } = manifest.value;
    await packer.add([formatChangesHead({ release, revision, ...(against === undefined ? {} : { against }) })]);
    const comparison = compare(contents, former, bucket);
    return { release, followed, against, madeFor: manifest.sha256, comparison, packer };
  }

  function manifestIn(release: ReleasePrefix): ReleaseManifest | undefined {
    return releases.get(release)?.manifest;
  }

  async function manifestOf(release: ReleasePrefix, signal: AbortSignal) {
    const text = await getText(bucket, manifestKey(release), signal);
    const value = readable(parseReleaseManifest, text);
    return (
      value && {
        value,
        sha256: createHash('sha256')
          .update(text ?? '')
          .digest('hex'),
      }
    );
  }

  async function write({ release, against, madeFor, comparison, packer }: Work, signal: AbortSignal): Promise<void> {
    await packer.add([formatChangesEnd(comparison.total)]);
    const bytes = await packer.end();
    const metadata = { [MADE_FOR]: madeFor };
    await bucket.put(changesKey(release), bytes, { size: bytes.length, metadata, signal: await lease.keep(signal) });
    log.info('changes.written', { release, against, ...comparison.total, bytes: bytes.length });
  }
}

const NOTHING = { listed: new Set<string>(), here: new Set<string>() };
