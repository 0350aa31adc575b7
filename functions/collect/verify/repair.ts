/**
 * Mends what verify has found, as far as it can be mended: listings are made anew, files of releases fetched again, and what else is damaged
 * is withdrawn, to be brought anew.
 */
import { describeError, Malformed, RuntimeFailed, Unavailable, UpstreamFailed } from '../../../shared/errors.ts';
import type { PublicKey } from '../../../shared/nix/signature.ts';
import { type CarriedOut, type CarryOutDeps, carryOut } from '../withdraw/carry-out.ts';
import { noteWithdrawals } from '../withdraw/note-withdrawals.ts';
import { type Finding, type FindingKind, type Mending, mendedBy } from './finding.ts';
import { mendListing } from './mend-listing.ts';

export interface RepairDeps extends CarryOutDeps {
  readonly trustedKeys: readonly PublicKey[];
  /** Fetches a file of a release from upstream, over what is here. @throws {UpstreamFailed} when it can't be had */
  readonly fetchFile: (finding: Finding, signal: AbortSignal) => Promise<void>;
}

export interface RepairOptions {
  /**
   * Findings that are mended at most, and names that go with them, where they are more than `mostShare`: a mirror that is wrong altogether
   * is not to be emptied by a command.
   */
  readonly atMost: number;
  /** `COLLECT_MOST_SHARE` */
  readonly mostShare: number;
  /** How many store paths were looked at. */
  readonly looked: number;
  /** How long publish is asked for the lease, in milliseconds. */
  readonly waitMs: number;
}

export interface Repaired {
  readonly listings: number;
  /** Files of releases that were fetched again, and those that upstream did not give. */
  readonly files: number;
  readonly notFetched: readonly { readonly key: string; readonly why: string }[];
  readonly withdrawn: CarriedOut;
  /** Could be mended, and were not: there are more than `atMost`. */
  readonly left: number;
  /** Why nothing was mended. */
  readonly refused?: string;
}

/** What a wrong key, or a bucket that was copied without its labels, looks like. */
const SUSPECT: ReadonlySet<FindingKind> = new Set(['narinfo-untrusted', 'nar-mislabelled'] as const);
/** So few may be damage, whatever else was looked at. */
const FEW = 10;
const NOTHING: CarriedOut = { outcome: 'nothing', paths: 0, names: 0, nars: 0, releases: 0 };

/** What is mended of it, each by how; nothing, and why, where it looks like no damage. */
function chooseMendable(findings: readonly Finding[], { atMost, looked }: Pick<RepairOptions, 'atMost' | 'looked'>) {
  const mendable = findings.filter((finding) => mendedBy(finding) !== undefined);
  const suspect = findings.filter(({ kind }) => SUSPECT.has(kind)).length;
  const refused =
    suspect > FEW && suspect > looked / 2
      ? 'most of it is untrusted or without labels: see TRUSTED_PUBLIC_KEYS, and whether the bucket was copied whole'
      : undefined;
  const chosen = refused === undefined ? mendable.slice(0, atMost) : [];
  const by = (how: Mending): readonly Finding[] => chosen.filter((finding) => mendedBy(finding) === how);
  const left = mendable.length - chosen.length;
  return { toList: by('list'), toFetch: by('fetch'), toWithdraw: by('withdraw'), left, refused };
}

/** What a repair would mend, and what it would leave; nothing is touched. */
export function countMendable(findings: readonly Finding[], options: Pick<RepairOptions, 'atMost' | 'looked'>) {
  const { toList, toFetch, toWithdraw, left, refused } = chooseMendable(findings, options);
  const counts = { listings: toList.length, files: toFetch.length, withdrawals: toWithdraw.length, left };
  return { ...counts, refused };
}

/** Also ends what an earlier run has noted and left undone. */
export async function repair(
  findings: readonly Finding[],
  { atMost, mostShare, looked, waitMs }: RepairOptions,
  deps: RepairDeps,
  signal: AbortSignal,
): Promise<Repaired> {
  const { toList, toFetch, toWithdraw, left, refused } = chooseMendable(findings, { atMost, looked });
  if (refused !== undefined) return { listings: 0, files: 0, notFetched: [], withdrawn: NOTHING, left, refused };
  let listings = 0;
  for (const { hash } of toList) if (hash && (await mendListing(hash, deps, signal).catch(ifDamaged))) listings += 1;
  const notFetched = await fetchFiles(toFetch, deps, signal);
  const files = toFetch.length - notFetched.length;
  await noteWithdrawals(toWithdraw, deps, signal);
  const withdrawn = await carryOut({ waitMs, most: { names: atMost, share: mostShare } }, deps, signal);
  return { listings, files, notFetched, withdrawn, left };
}

/** What is written down of a release is found first, and its files are known by that. @returns those that could not be had */
async function fetchFiles(
  findings: readonly Finding[],
  { fetchFile }: Pick<RepairDeps, 'fetchFile'>,
  signal: AbortSignal,
): Promise<Repaired['notFetched']> {
  const not: { readonly key: string; readonly why: string }[] = [];
  for (const finding of findings) {
    try {
      await fetchFile(finding, signal);
    } catch (error) {
      const isUpstreams = [UpstreamFailed, RuntimeFailed, Malformed].some((known) => error instanceof known);
      if (!isUpstreams) throw error;
      not.push({ key: finding.key, why: describeError(error).message });
    }
  }
  return not;
}

/** Then that is a finding of its own. */
function ifDamaged(error: unknown): false {
  if (error instanceof Malformed || error instanceof Unavailable) return false;
  throw error;
}
