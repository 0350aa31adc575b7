/**
 * verify: whether what is promised is so. It reads and writes nothing, holds no lease, and may run beside everything else. Its memory
 * is some hundred bytes for each store path; NARs pass by.
 */
import { manifestKey } from '../../../events/release-manifest.ts';
import { hashOfWithdrawalKey, WITHDRAWALS } from '../../../events/withdrawal.ts';
import type { Bucket } from '../../../shared/bucket/bucket.ts';
import { BucketDown, BucketFailed, describeError } from '../../../shared/errors.ts';
import { narInfoKey } from '../../../shared/nix/cache-object.ts';
import type { PublicKey } from '../../../shared/nix/signature.ts';
import type { StorePathHash } from '../../../shared/nix/store-path.ts';
import { checkFiles, type FileFigures } from './check-files.ts';
import { checkName } from './check-name.ts';
import { checkRelease } from './check-release.ts';
import { findOrphans } from './find-orphans.ts';
import { type Finding, isBroken } from './finding.ts';
import { createKnownNames } from './known-names.ts';
import { createNarReader, type NarFigures, type ReaderDeps } from './read-nars.ts';
import { releasesIn, type Scope } from './scope.ts';
import { workThrough } from './work-through.ts';

export interface VerifyDeps {
  readonly bucket: Pick<Bucket, 'list' | 'head' | 'get'>;
  readonly state: Pick<Bucket, 'list' | 'get'>;
  readonly trustedKeys: readonly PublicKey[];
  readonly now: () => Date;
  readonly sleep: ReaderDeps['sleep'];
}

export interface VerifyOptions {
  readonly scope: Scope;
  /** Whether each NAR, and each file of a release, is read. */
  readonly deep: boolean;
  /** Each finding once, as it is found. */
  readonly onFinding: (finding: Finding) => void;
  /** Kept up to date, for who watches. */
  readonly figures: VerifyFigures;
}

export interface VerifyFigures extends NarFigures, FileFigures {
  /** Store paths that were looked at, and how many there are to look at, as far as that is known. */
  names: number;
  of: number;
  releases: number;
  broken: number;
  notes: number;
  /** Damaged before, taken away, and on their way back. */
  withdrawn: number;
}

export const noFigures = (): VerifyFigures => ({
  names: 0,
  of: 0,
  nars: 0,
  bytes: 0,
  releases: 0,
  files: 0,
  broken: 0,
  notes: 0,
  withdrawn: 0,
});

const LOOKS_AT_ONCE = 48;
/** Objects in a row that the bucket does not give: then it is the bucket. */
const MOST_UNREAD = 20;

/** @throws what a bucket throws when it can't be used. */
export async function verify(deps: VerifyDeps, options: VerifyOptions, signal: AbortSignal): Promise<void> {
  const { bucket, trustedKeys } = deps;
  const { scope, deep, figures } = options;
  const known = createKnownNames(bucket);
  const readNar = createNarReader(deps, figures);
  const told = new Set<string>();
  const met = new Set<StorePathHash>();
  const narKeys = new Set<string>();
  let unread = 0;

  const tell = (finding: Finding): void => {
    const name = `${finding.kind} ${finding.key}`;
    if (told.has(name)) return; // many may refer to it
    told.add(name);
    figures[isBroken(finding) ? 'broken' : 'notes'] += 1;
    options.onFinding(finding);
  };

  async function look(hash: StorePathHash): Promise<readonly StorePathHash[]> {
    signal.throwIfAborted();
    try {
      const checked = await checkName(hash, { bucket, trustedKeys, deep, readNar, ...known }, signal);
      unread = 0;
      if (checked?.narKey !== undefined) narKeys.add(checked.narKey);
      for (const finding of checked?.findings ?? []) tell(finding);
      if (!checked && scope.of === 'paths' && scope.paths.includes(hash))
        tell({ kind: 'not-here', key: narInfoKey(hash), hash, evidence: `there is no ${narInfoKey(hash)}` });
      return scope.of === 'all' ? [] : meet(checked?.narInfo?.references.map((reference) => reference.hash) ?? []);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof BucketFailed) || error instanceof BucketDown) throw error;
      unread += 1;
      if (unread >= MOST_UNREAD) throw error;
      tell({ kind: 'unread', key: narInfoKey(hash), hash, evidence: describeError(error).message });
      return [];
    } finally {
      figures.names += 1;
    }
  }

  /** What has not been met yet; a reference that is not visible is told by who refers to it. */
  function meet(hashes: Iterable<StorePathHash>): readonly StorePathHash[] {
    const fresh = [...new Set(hashes)].filter((hash) => !met.has(hash));
    for (const hash of fresh) met.add(hash);
    figures.of += fresh.length;
    return fresh;
  }

  async function* promised(): AsyncGenerator<StorePathHash, undefined> {
    if (scope.of === 'paths') yield* scope.paths;
    for (const release of await releasesIn(scope, bucket, tell, signal)) {
      const checked = await checkRelease(release, { bucket, known }, signal);
      figures.releases += 1;
      for (const finding of checked?.findings ?? []) tell(finding);
      if (checked && !checked.isRetired)
        for (const finding of await checkFiles(release, { bucket, deep, figures }, signal)) tell(finding);
      if (!checked && scope.of === 'releases')
        tell({ kind: 'not-here', key: manifestKey(release), release, evidence: `${release} is not settled here` });
      if (scope.of !== 'all') for (const { hash } of checked?.here ?? []) yield hash;
    }
    return undefined;
  }

  for await (const { key } of deps.state.list(WITHDRAWALS, { signal }))
    if (hashOfWithdrawalKey(key)) figures.withdrawn += 1;
  if (scope.of === 'all') {
    await known.list(signal);
    figures.of = known.names.size;
  }
  const listed = await Array.fromAsync(promised());
  await workThrough(scope.of === 'all' ? [...known.names] : meet(listed), LOOKS_AT_ONCE, look);
  if (scope.of !== 'all') return;
  const { names, listings } = known;
  for await (const orphan of findOrphans({ ...deps, names, listings, narKeys }, signal)) tell(orphan);
}
