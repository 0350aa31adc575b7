/** Bounded waiting for what other processes bring about. */
import { setTimeout as delay } from 'node:timers/promises';

const EVERY_MS = 100;

/**
 * Looks again and again until `look` answers something.
 * @throws what `look` threw last, or that nothing came of it, once the time is over.
 */
export async function eventually<T>(what: string, look: () => Promise<T | undefined>, withinMs: number): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = await attempt(look);
    if ('value' in found && found.value !== undefined) return found.value;
    if (performance.now() > end)
      throw new Error(`waited ${withinMs / 1000} s for ${what}`, 'error' in found ? { cause: found.error } : {});
    await delay(EVERY_MS);
  }
}

const attempt = <T>(look: () => Promise<T>): Promise<{ value: T } | { error: unknown }> =>
  look().then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );

/** The same for a condition. */
export async function until(what: string, holds: () => Promise<boolean>, withinMs: number): Promise<void> {
  await eventually(what, async () => (await holds()) || undefined, withinMs);
}
