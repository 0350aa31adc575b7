/**
 * The child's end of the channel. A Ctrl-C reaches the whole process group, but only the parent decides what to do about
 * it; and when the parent is gone, however it went, nothing of it stays behind.
 */
import { describeError, type ErrorDescription } from '../shared/errors.ts';

/** What every child says once: that it can work, with what its parent should know, or why it can't. */
export type Greeting =
  | { readonly type: 'ready'; readonly facts?: Readonly<Record<string, unknown>> }
  | { readonly type: 'failed'; readonly error: ErrorDescription };

/** Call it first of all. */
export function obeyParent(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.on('disconnect', () => process.exit(0));
  if (!process.connected) process.exit(0);
}

/** What this child was started with. */
export const toldByParent = <T>(): T => JSON.parse(process.argv[2] ?? 'null') as T;

/** Never throws: a parent that is gone ends this process anyway. */
export function tellParent(message: object): void {
  process.send?.(message, undefined, undefined, () => undefined);
}

export async function startOrSayWhyNot(
  start: () => Promise<Readonly<Record<string, unknown>> | undefined>,
): Promise<void> {
  try {
    const facts = await start();
    tellParent({ type: 'ready', ...(facts ? { facts } : {}) } satisfies Greeting);
  } catch (error) {
    const failed: Greeting = { type: 'failed', error: describeError(error) };
    process.send?.(failed, undefined, undefined, () => process.exit(1));
  }
}
