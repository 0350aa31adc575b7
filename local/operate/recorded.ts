/**
 * Work that an operator has told this program to do, with a record of it: when it begins, and how it ended. A record that can't be
 * written is no reason to leave the work undone, on a bad day least of all.
 */
import { randomBytes } from 'node:crypto';
import { formatOperation, OPERATIONS, type Operation, operationKey, parseOperation } from '../../events/operation.ts';
import { readable } from '../../events/record.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import { describeError, withoutCredentials } from '../../shared/errors.ts';

export interface RecordedDeps {
  readonly state: Pick<Bucket, 'put' | 'list' | 'delete'>;
  readonly now: () => Date;
  /** Hears that a record could not be written. */
  readonly warn: (error: unknown) => void;
}

/** What is counted as the work goes on: `{ asked: 1200 }`. */
export type Tally = (counts: Operation['counts']) => void;

export interface Told {
  /** `replay dead-letters` */
  readonly command: string;
  /** The command line. */
  readonly args: readonly string[];
  /** Ends the work, and then it was interrupted. */
  readonly signal: AbortSignal;
}

/** More than anybody reads. */
const MOST_RECORDS = 1_000;
const RECORD_MS = 10_000;
const MOST_LINE = 500;

export async function recorded<T>(
  { command, args, signal }: Told,
  { state, now, warn }: RecordedDeps,
  work: (tally: Tally) => Promise<T>,
): Promise<T> {
  const line = withoutCredentials(['copycat', ...args].join(' ')).slice(0, MOST_LINE);
  let operation: Operation = { command, line, began: now().toISOString(), counts: {} };
  const key = operationKey(operation, randomBytes(4).toString('hex'));
  const write = async (change: Partial<Operation>): Promise<void> => {
    operation = { ...operation, ...change };
    const until = AbortSignal.timeout(RECORD_MS);
    await state.put(key, formatOperation(operation), { signal: until }).catch(warn);
  };
  await write({});
  try {
    const result = await work((counts) => {
      operation = { ...operation, counts };
    });
    await write({ ended: now().toISOString(), outcome: signal.aborted ? 'interrupted' : 'done' });
    return result;
  } catch (error) {
    const outcome = signal.aborted ? 'interrupted' : 'failed';
    await write({ ended: now().toISOString(), outcome, error: describeError(error).message.slice(0, MOST_LINE) });
    throw error;
  } finally {
    await forgetOldest(state).catch(warn);
  }
}

/** Keys are in the order of time. */
async function forgetOldest(state: Pick<Bucket, 'list' | 'delete'>): Promise<void> {
  const signal = AbortSignal.timeout(RECORD_MS);
  const keys = await Array.fromAsync(state.list(OPERATIONS, { signal }), ({ key }) => key);
  for (const key of keys.slice(0, -MOST_RECORDS)) await state.delete(key, signal);
}

/** The newest first; unreadable ones are left out. */
export async function readOperations(
  state: Pick<Bucket, 'list' | 'get'>,
  most: number,
  signal: AbortSignal,
): Promise<readonly Operation[]> {
  const keys = await Array.fromAsync(state.list(OPERATIONS, { signal }), ({ key }) => key);
  const newest = most > 0 ? keys.slice(-most).reverse() : [];
  const read = newest.map(async (key) => readable(parseOperation, await getText(state, key, signal)));
  return (await Promise.all(read)).filter((operation) => operation !== undefined);
}
