/** The body of a put on its way in: counted against the announced size, and left when the signal says so. */
import { BucketFailed, type Facts } from '../errors.ts';
import type { Body } from './bucket.ts';

/**
 * The chunks of a body. Its last chunk is followed by an error when the sizes differ, so whoever stores the object only
 * once the loop has ended stores none that is torn. The signal ends the loop even while the body is silent.
 * @param facts of the put, for the error: bucket, operation, key
 * @throws {BucketFailed} when the body is shorter or longer than announced.
 * @throws whatever the body throws, or the signal's reason.
 */
export async function* chunksOf(
  body: Body,
  { size, signal }: { readonly size: number | undefined; readonly signal: AbortSignal | undefined },
  facts: Facts,
): AsyncGenerator<Uint8Array, void, undefined> {
  let received = 0;
  for await (const chunk of untilAborted(iterableOf(body), signal)) {
    received += chunk.byteLength;
    if (size !== undefined && received > size) break;
    yield chunk;
  }
  if (size === undefined || received === size) return;
  const word = received > size ? 'longer' : 'shorter';
  throw new BucketFailed(`the body is ${word} than announced`, { ...facts, size, received });
}

async function* iterableOf(body: Body): AsyncGenerator<Uint8Array, void, undefined> {
  if (typeof body === 'string') yield Buffer.from(body);
  else if (body instanceof Uint8Array) yield body;
  else yield* body;
}

async function* untilAborted<T>(items: AsyncIterable<T>, signal?: AbortSignal): AsyncGenerator<T, void, undefined> {
  const iterator = items[Symbol.asyncIterator]();
  try {
    for (;;) {
      const step = await unlessAborted(() => iterator.next(), signal);
      if (step.done) return;
      yield step.value;
    }
  } finally {
    // Not awaited: a body that is silent would not come to its end either, and we have been told to go.
    iterator.return?.().catch(() => undefined);
  }
}

/** A listener for each step, not one race for the whole body: that would keep every chunk until the end. */
function unlessAborted<T>(step: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return step();
  return new Promise<T>((resolve, reject) => {
    signal.throwIfAborted();
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    step()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}
