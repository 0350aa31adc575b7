/** Puts a body on a socket as fast as the client takes it, and lets go of both when either ends early. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** @throws when the body breaks off, or the client goes away. */
export async function pump(body: AsyncIterable<Uint8Array>, into: Writable): Promise<void> {
  const gone = new AbortController();
  const close = () => gone.abort(new Error('the client went away'));
  if (into.destroyed) close();
  into.once('close', close);
  try {
    for await (const chunk of body) {
      gone.signal.throwIfAborted();
      if (!into.write(chunk)) await once(into, 'drain', { signal: gone.signal });
    }
    into.end();
  } finally {
    into.off('close', close);
  }
}
