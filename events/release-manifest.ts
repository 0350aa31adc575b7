/**
 * What a settled release has and lacks here: public `releases/<prefix>/manifest.json`. Publish writes it when the release
 * settles, and again when something in it heals. It lists every store path of the release that is not here. Collect writes it
 * a last time, before it takes away the first path: from then on the release is retired, and its manifest promises nothing.
 */
import * as v from 'valibot';
import { parseReleasePrefix, type ReleasePrefix } from '../shared/nix/release.ts';
import { formatBaseName, parseStorePathBaseName, type StorePath } from '../shared/nix/store-path.ts';
import { REASONS } from './path-unavailable.ts';
import { count, field, parseJson, time } from './record.ts';

/**
 * `blocked`: a store path in its closure is unavailable; `because` is that one's hash. `withdrawn`: it was here and was found to be
 * damaged, and it is being brought anew.
 */
export const MANIFEST_REASONS = [...REASONS, 'blocked', 'withdrawn'] as const;
export type ManifestReason = (typeof MANIFEST_REASONS)[number];

export interface MissingPath {
  /** `<hash>-<name>`. */
  readonly path: StorePath;
  readonly reason: ManifestReason;
  readonly because?: string;
}

export interface ReleaseManifest {
  readonly release: ReleasePrefix;
  readonly revision: string;
  readonly settledAt: string;
  /** Since when its store paths are not kept any more. */
  readonly retiredAt?: string;
  readonly listed: number;
  readonly unavailable: readonly MissingPath[];
}

export const releaseKey = (release: ReleasePrefix, file: string): string => `releases/${release}/${file}`;
export const manifestKey = (release: ReleasePrefix): string => releaseKey(release, 'manifest.json');

/** Metadata of the object: `settledAt` and `retiredAt`, for who needs no more of it. */
export const SETTLED_AT = 'settled-at';
export const RETIRED_AT = 'retired-at';

const schema = v.object({
  release: field(parseReleasePrefix),
  revision: v.string(),
  settledAt: time,
  retiredAt: v.exactOptional(time),
  listed: count,
  unavailable: v.array(
    v.object({
      path: field(parseStorePathBaseName),
      reason: v.picklist(MANIFEST_REASONS),
      because: v.exactOptional(v.string()),
    }),
  ),
});

export const formatReleaseManifest = (manifest: ReleaseManifest): string => {
  const unavailable = manifest.unavailable.map((missing) => ({ ...missing, path: formatBaseName(missing.path) }));
  return `${JSON.stringify({ ...manifest, unavailable }, null, 1)}\n`;
};
export const parseReleaseManifest = (text: string): ReleaseManifest => parseJson('a release manifest', schema, text);

/** How many are missing by reason: what a pointer shows. */
export function countByReason(unavailable: readonly Pick<MissingPath, 'reason'>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of unavailable) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
