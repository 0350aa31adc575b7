/** All that is unavailable: what the manifests of current releases lack, and what copy has written down. Pure. */
import type { PathUnavailable } from '../../../events/path-unavailable.ts';
import { MANIFEST_REASONS, type ManifestReason } from '../../../events/release-manifest.ts';
import type { ReleasePrefix } from '../../../shared/nix/release.ts';
import type { StorePath, StorePathHash } from '../../../shared/nix/store-path.ts';
import { troubleOf } from './look-up.ts';
import type { KnownRelease } from './releases.ts';
import type { Trouble } from './standing.ts';

export interface MissingEntry extends Trouble {
  readonly hash: StorePathHash;
  /** Absent when no release lists it: then nobody has said its name. */
  readonly path?: StorePath;
  /** Of `blocked`: the path that can't be had; times and evidence are that one's. */
  readonly because?: string;
  /** Current releases that list it. */
  readonly releases: readonly ReleasePrefix[];
}

/** By hash, which is the order of paging. */
export function missingPaths(
  releases: readonly Pick<KnownRelease, 'release' | 'missing'>[],
  records: readonly PathUnavailable[],
): readonly MissingEntry[] {
  const byHash = new Map<string, PathUnavailable>(records.map((record) => [record.hash, record]));
  const entries = new Map<StorePathHash, MissingEntry>();
  for (const { release, missing } of releases) {
    for (const [hash, { path, reason, because }] of missing) {
      const earlier = entries.get(hash);
      const record = byHash.get(because ?? hash);
      entries.set(hash, {
        ...(record && troubleOf(record)),
        hash,
        path,
        reason: because === undefined ? (record?.reason ?? reason) : reason,
        ...(because !== undefined && { because }),
        releases: [...(earlier?.releases ?? []), release],
      });
    }
  }
  for (const record of records) {
    if (!entries.has(record.hash)) entries.set(record.hash, { hash: record.hash, ...troubleOf(record), releases: [] });
  }
  return [...entries.values()].sort((a, b) => (a.hash < b.hash ? -1 : 1));
}

export interface Question {
  readonly reason?: ManifestReason;
  /** Hashes greater than this one. */
  readonly after?: string;
  /** Entries of all reasons together. */
  readonly limit: number;
}

export interface MissingPage {
  readonly counts: Readonly<Record<ManifestReason, number>>;
  readonly entries: readonly MissingEntry[];
  /** Where the next page begins; absent on the last. */
  readonly next?: StorePathHash;
}

/** Counts are of all entries, whichever page is asked for. */
export function pageOf(all: readonly MissingEntry[], { reason, after = '', limit }: Question): MissingPage {
  const counts = Object.fromEntries(MANIFEST_REASONS.map((one) => [one, 0])) as Record<ManifestReason, number>;
  for (const entry of all) counts[entry.reason] += 1;
  const left = all.filter((entry) => entry.hash > after && (reason === undefined || entry.reason === reason));
  const entries = left.slice(0, limit);
  const last = entries.at(-1)?.hash;
  return { counts, entries, ...(last !== undefined && left.length > entries.length && { next: last }) };
}
