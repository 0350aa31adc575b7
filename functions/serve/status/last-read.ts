/** A record that is read again and again: when it can't be read, what was read last is better than nothing. */
import { inTime } from '../../../shared/probe/probe.ts';

export interface LastRead<T> {
  /** Undefined while it has never been read. */
  readonly value: T | undefined;
  /** When it was read; undefined: never. */
  readonly at: Date | undefined;
  /** Whether it was read just now. */
  readonly fresh: boolean;
}

export interface LastReadOptions {
  readonly budgetMs: number;
  readonly now: () => Date;
}

/** Never throws, and ends in time. */
export function lastRead<T>(
  read: (signal: AbortSignal) => Promise<T>,
  { budgetMs, now }: LastReadOptions,
): () => Promise<LastRead<T>> {
  let last: LastRead<T> = { value: undefined, at: undefined, fresh: false };
  return async () => {
    try {
      last = { value: await inTime(read, budgetMs), at: now(), fresh: true };
    } catch {
      last = { ...last, fresh: false }; // which part of the service is at fault, its probe says
    }
    return last;
  };
}
