/**
 * The files of a settled release (`nixexprs.tar.xz`, images): whether each that `release.json` tells of is here, as long as upstream said and
 * labelled with the SHA-256 that upstream's page lists; and when they are read, whether that is what it has.
 */
import { createHash } from 'node:crypto';
import { readable } from '../../../events/record.ts';
import { releaseKey } from '../../../events/release-manifest.ts';
import { parseReleaseRecord, releaseRecordKey } from '../../../events/release-record.ts';
import { type Bucket, getText } from '../../../shared/bucket/bucket.ts';
import { BucketDown, BucketFailed, describeError } from '../../../shared/errors.ts';
import type { ReleasePrefix } from '../../../shared/nix/release.ts';
import type { ReleaseFile } from '../../../shared/nix/release-file.ts';
import type { Finding } from './finding.ts';

export interface FileFigures {
  /** Files of releases that were looked at. */
  files: number;
}

export interface FilesDeps {
  readonly bucket: Pick<Bucket, 'head' | 'get'>;
  /** Whether each is read. */
  readonly deep: boolean;
  /** Kept up to date, for who watches. */
  readonly figures: FileFigures;
}

export async function checkFiles(
  release: ReleasePrefix,
  deps: FilesDeps,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const key = releaseRecordKey(release);
  const record = readable(parseReleaseRecord, await getText(deps.bucket, key, signal));
  if (!record) return [{ kind: 'record-damaged', key, release, evidence: `${key} is not here, or can't be read` }];
  const findings: Finding[] = [];
  for (const file of record.files) {
    const place = { key: releaseKey(release, file.name), release };
    const flaw = await flawOf(place.key, file, deps, signal).catch((error: unknown) => {
      if (!(error instanceof BucketFailed) || error instanceof BucketDown) throw error;
      signal.throwIfAborted();
      return { kind: 'unread', evidence: describeError(error).message } as const;
    });
    if (flaw) findings.push({ ...place, ...flaw });
    deps.figures.files += 1;
  }
  return findings;
}

type Flaw = Pick<Finding, 'kind' | 'evidence'>;

async function flawOf(
  key: string,
  { size, sha256 }: ReleaseFile,
  { bucket, deep }: FilesDeps,
  signal: AbortSignal,
): Promise<Flaw | undefined> {
  const kind = 'file-damaged';
  const held = await bucket.head(key, signal);
  if (!held) return { kind: 'file-missing', evidence: `there is no ${key}` };
  if (held.size !== size) return { kind, evidence: `it has ${held.size} bytes, not ${size}` };
  if (held.metadata.sha256 !== sha256) return { kind, evidence: 'it does not say that it was checked' };
  if (!deep) return undefined;
  const file = await bucket.get(key, { signal });
  if (!file) return { kind: 'file-missing', evidence: `there is no ${key}` };
  const hash = createHash('sha256');
  for await (const chunk of file.body) hash.update(chunk);
  const found = hash.digest('hex');
  return found === sha256 ? undefined : { kind, evidence: `its SHA-256 is ${found}, not ${sha256}` };
}
