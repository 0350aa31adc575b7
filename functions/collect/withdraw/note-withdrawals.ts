/** Writes down what is to be withdrawn, before anything is done about it: then a cut leaves nothing half done that nobody knows of. */
import { readable } from '../../../events/record.ts';
import { formatWithdrawal, parseWithdrawal, withdrawalKey } from '../../../events/withdrawal.ts';
import { type Bucket, getText } from '../../../shared/bucket/bucket.ts';
import type { StorePathHash } from '../../../shared/nix/store-path.ts';
import type { Finding } from '../verify/finding.ts';

export interface NoteDeps {
  readonly state: Pick<Bucket, 'get' | 'put'>;
  readonly now: () => Date;
}

/** One record for each store path; of several findings about one, the one with a NAR. Answers how many. */
export async function noteWithdrawals(
  findings: Iterable<Finding>,
  { state, now }: NoteDeps,
  signal: AbortSignal,
): Promise<number> {
  const chosen = new Map<StorePathHash, Finding>();
  for (const finding of findings) {
    const { hash } = finding;
    if (hash !== undefined && !chosen.get(hash)?.nar) chosen.set(hash, finding);
  }
  for (const [hash, { kind, evidence, nar }] of chosen) {
    const earlier = readable(parseWithdrawal, await getText(state, withdrawalKey(hash), signal));
    // A NAR that was found rotten is so still, though it could not be seen since.
    if (earlier?.nar?.etag !== undefined && earlier.awaySince === undefined && nar?.etag === undefined) continue;
    const record = formatWithdrawal({
      hash,
      kind,
      evidence,
      at: now().toISOString(),
      ...(nar ? { nar: { key: nar.key, ...(nar.etag === undefined ? {} : { etag: nar.etag }) } } : {}),
      releases: earlier?.releases ?? [],
    });
    await state.put(withdrawalKey(hash), record, { signal });
  }
  return chosen.size;
}
