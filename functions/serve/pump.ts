/** Puts a body on a socket as fast as the client takes it, and lets go of both when either ends early. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Streamed } from './answer.ts';
import type { Exchange } from './request-log.ts';

/** @throws when the body breaks off, or as soon as the client goes away, whatever the body waits for. */
export async function pump(
  { stream, cancel }: Streamed,
  into: Writable,
  { waits, wrote }: Pick<Exchange, 'waits' | 'wrote'>,
): Promise<void> {
  const { promise: left, reject } = Promise.withResolvers<never>();
  left.catch(() => undefined); // heard below, if anybody still listens
  const leave = (): void => reject(new Error('the client went away'));
  if (into.destroyed) leave();
  into.once('close', leave);
  const chunks = stream[Symbol.asyncIterator]();
  let whole = false;
  try {
    for (;;) {
      const { done, value } = await waits.during(Promise.race([chunks.next(), left]));
      if (done) break;
      const gone = (error?: Error | null): void => {
        if (!error) wrote(value.length);
      };
      if (!into.write(value, gone)) await Promise.race([once(into, 'drain'), left]);
    }
    whole = true;
    into.end();
  } finally {
    into.off('close', leave);
    if (!whole) {
      cancel?.();
      // Not awaited: what it waits for may take long.
      void Promise.resolve(chunks.return?.()).catch(() => undefined);
    }
  }
}
