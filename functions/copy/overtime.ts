/**
 * Counts how often a store path had a whole run to itself and was not done: state `overtime/<hash>.json`. Being out of time
 * is no failure, but a path that three times alone did not fit is too large for this function.
 */
import * as v from 'valibot';
import { count, parseJson, readable } from '../../events/record.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';

export const RUNS_ALONE = 3;

const schema = v.object({ runs: count });
const parseRuns = (text: string) => parseJson('a count of runs', schema, text);
const overtimeKey = (hash: StorePathHash): string => `overtime/${hash}.json`;

/** Notes one more run; answers how many there were. */
export async function noteOvertime(
  hash: StorePathHash,
  state: Pick<Bucket, 'get' | 'put'>,
  signal: AbortSignal,
): Promise<number> {
  const text = await getText(state, overtimeKey(hash), signal);
  const runs = (readable(parseRuns, text)?.runs ?? 0) + 1;
  await state.put(overtimeKey(hash), `${JSON.stringify({ runs })}\n`, { signal });
  return runs;
}
