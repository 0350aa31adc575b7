/**
 * What upstream says of a release, and which of its files are here: public `releases/<prefix>/release.json`. Detect writes it
 * when the small files have come, and again when an image has; serve shows it once the release is settled.
 */
import * as v from 'valibot';
import { parseReleasePrefix, type ReleasePrefix } from '../shared/nix/release.ts';
import { checkFileName, type ReleaseFile } from '../shared/nix/release-file.ts';
import { count, field, parseJson, time } from './record.ts';
import { releaseKey } from './release-manifest.ts';

export interface ReleaseRecord {
  readonly release: ReleasePrefix;
  /** The commit of nixpkgs, 40 hex digits. */
  readonly revision: string;
  readonly releasedAt: string;
  /** When that commit was made, in seconds since 1970: what flakes lock as `lastModified`. Upstream's own figure. */
  readonly lastModified: number;
  /** With upstream's sizes and hashes, in the order of its page; images at the end. */
  readonly files: readonly ReleaseFile[];
}

export const releaseRecordKey = (release: ReleasePrefix): string => releaseKey(release, 'release.json');

const schema = v.object({
  release: field(parseReleasePrefix),
  revision: v.string(),
  releasedAt: time,
  lastModified: count,
  files: v.array(
    v.object({
      name: field(checkFileName),
      size: count,
      sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
    }),
  ),
});

export const formatReleaseRecord = (record: ReleaseRecord): string => `${JSON.stringify(record, null, 1)}\n`;
export const parseReleaseRecord = (text: string): ReleaseRecord => parseJson('a record of a release', schema, text);
