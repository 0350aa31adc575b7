/** Keeps a child alive: one that dies is started again, at once the first time and ever later when it keeps dying. */
import { setTimeout as delay } from 'node:timers/promises';
import { RuntimeFailed } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import type { Child } from './child.ts';

export interface Supervised {
  /** The child that lives now, or the next one. @throws {RuntimeFailed} when there will be none. */
  current(): Promise<Child>;
  /** Lets the child end by `end`, and starts no other. */
  stop(end: (child: Child) => Promise<void>): Promise<void>;
}

export interface SuperviseOptions {
  readonly name: string;
  /** @param previous the one that died, so that its successor can take its place (a port). */
  readonly start: (previous?: Child) => Promise<Child>;
  readonly log: Pick<Log, 'warn' | 'error'>;
}

const FIRST_MS = 100;
const LONGEST_MS = 30_000;
/** Who lived that long did not die of what was wrong at its start. */
const GOOD_RUN_MS = 60_000;

/** @throws whatever the first start throws: what can't start once is for the operator. */
export async function supervise({ name, start, log }: SuperviseOptions): Promise<Supervised> {
  const stopped = new AbortController();
  let child = await start();
  let current = Promise.resolve(child);
  let waitMs = FIRST_MS;

  const isStopped = (): RuntimeFailed => new RuntimeFailed(`${name} is stopped`, { function: name });

  const watch = async (): Promise<void> => {
    for (;;) {
      const startedAt = performance.now();
      const reason = await child.ended;
      const next = Promise.withResolvers<Child>();
      next.promise.catch(() => undefined); // nobody may be waiting for it
      current = next.promise;
      if (stopped.signal.aborted) return next.reject(isStopped());
      if (performance.now() - startedAt > GOOD_RUN_MS) waitMs = FIRST_MS;
      log.warn('process.ended', { function: name, error: reason, again_in_ms: waitMs });
      const successor = await startAgain();
      if (!successor) return next.reject(isStopped());
      child = successor;
      next.resolve(successor);
    }
  };

  const startAgain = async (): Promise<Child | undefined> => {
    for (;;) {
      const waited = await delay(waitMs, true, { signal: stopped.signal }).catch(() => false);
      waitMs = Math.min(LONGEST_MS, waitMs * 2);
      if (!waited) return undefined;
      try {
        return await start(child);
      } catch (error) {
        log.error('process.not-started', { function: name, error, again_in_ms: waitMs });
      }
    }
  };

  const watching = watch();
  return {
    current: () => current,
    async stop(end) {
      stopped.abort();
      // A successor that is just starting becomes `child` in the meantime: it is ended as well.
      await current.then(end, () => undefined);
      await watching;
    },
  };
}
