/** Mends what verify has found, as far as it can be mended: listings are made anew, and what is damaged is withdrawn, to be brought anew. */
import { Malformed, Unavailable } from '../../../shared/errors.ts';
import type { PublicKey } from '../../../shared/nix/signature.ts';
import { type CarriedOut, type CarryOutDeps, carryOut } from '../withdraw/carry-out.ts';
import { noteWithdrawals } from '../withdraw/note-withdrawals.ts';
import { type Finding, mendedBy } from './finding.ts';
import { mendListing } from './mend-listing.ts';

export interface RepairDeps extends CarryOutDeps {
  readonly trustedKeys: readonly PublicKey[];
}

export interface RepairOptions {
  /** Findings that are mended at most: a mirror that is wrong altogether is not to be emptied by a command. */
  readonly atMost: number;
  /** How long publish is asked for the lease, in milliseconds. */
  readonly waitMs: number;
}

export interface Repaired {
  readonly listings: number;
  readonly withdrawn: CarriedOut;
  /** Could be mended, and were not: there are more than `atMost`. */
  readonly left: number;
}

/** What a repair would mend, and what it would leave; nothing is touched. */
export function countMendable(findings: readonly Finding[], atMost: number) {
  const mendable = findings.filter((finding) => mendedBy(finding) !== undefined);
  const chosen = mendable.slice(0, atMost);
  const by = (how: 'list' | 'withdraw'): number => chosen.filter((finding) => mendedBy(finding) === how).length;
  return { listings: by('list'), withdrawals: by('withdraw'), left: mendable.length - chosen.length };
}

/** Also ends what an earlier run has noted and left undone. */
export async function repair(
  findings: readonly Finding[],
  { atMost, waitMs }: RepairOptions,
  deps: RepairDeps,
  signal: AbortSignal,
): Promise<Repaired> {
  const mendable = findings.filter((finding) => mendedBy(finding) !== undefined);
  const chosen = mendable.slice(0, atMost);
  let listings = 0;
  for (const { hash } of chosen.filter((finding) => mendedBy(finding) === 'list')) {
    if (hash && (await mendListing(hash, deps, signal).catch(ifDamaged))) listings += 1;
  }
  const toWithdraw = chosen.filter((finding) => mendedBy(finding) === 'withdraw');
  await noteWithdrawals(toWithdraw, deps, signal);
  const withdrawn = await carryOut({ waitMs }, deps, signal);
  return { listings, withdrawn, left: mendable.length - chosen.length };
}

/** Then that is a finding of its own. */
function ifDamaged(error: unknown): false {
  if (error instanceof Malformed || error instanceof Unavailable) return false;
  throw error;
}
