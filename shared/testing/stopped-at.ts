/** Lets an actor do so much and no more until it is told to go on: to put two of them at every place of each other, one by one. */
import type { Bucket } from '../bucket/bucket.ts';

export interface StoppedAt {
  watch(bucket: Bucket): Bucket;
  /** When it stands still, or has ended before that. */
  reached(work: Promise<unknown>): Promise<unknown>;
  goOn(): void;
  /** How much of what counts it has done. */
  readonly done: number;
}

export type Operation = 'head' | 'get' | 'put' | 'delete' | 'list';

/** @param after so many of `counted` are done; the next one waits, and with it whatever it does at the same time. */
export function stoppedAt(after: number, counted: readonly Operation[]): StoppedAt {
  const there = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  let done = 0;
  const step = async (operation: Operation): Promise<void> => {
    if (!counted.includes(operation)) return;
    if (done >= after) {
      there.resolve();
      await released.promise;
    }
    done += 1;
  };
  return {
    watch: (bucket) => ({
      name: bucket.name,
      head: (...args) => step('head').then(() => bucket.head(...args)),
      get: (...args) => step('get').then(() => bucket.get(...args)),
      put: (...args) => step('put').then(() => bucket.put(...args)),
      delete: (...args) => step('delete').then(() => bucket.delete(...args)),
      async *list(...args) {
        await step('list');
        yield* bucket.list(...args);
      },
    }),
    reached: (work) => Promise.race([there.promise, work]),
    goOn: () => released.resolve(),
    get done() {
      return done;
    },
  };
}
