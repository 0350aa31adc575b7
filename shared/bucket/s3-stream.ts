/**
 * Bodies that may fail on their way into a request. The SDK pipes a stream into its socket and hears nothing of its end: so
 * the request is aborted from here, and the body's own error is what the caller hears.
 */
import { Readable } from 'node:stream';

export interface Guarded {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** What the body threw, if it did. */
  readonly failure: () => { readonly error: unknown } | undefined;
  /** Aborts when the body fails, or the caller's signal does. */
  readonly signal: AbortSignal;
}

export function guarded(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): Guarded {
  const controller = new AbortController();
  let failure: { readonly error: unknown } | undefined;
  return {
    chunks: {
      async *[Symbol.asyncIterator]() {
        try {
          yield* chunks;
        } catch (error) {
          failure = { error };
          controller.abort(error);
          throw error;
        }
      },
    },
    failure: () => failure,
    signal: signal ? AbortSignal.any([signal, controller.signal]) : controller.signal,
  };
}

/** As the SDK takes it. Its error is told by `failure`. */
export function streamOf({ chunks }: Guarded): Readable {
  return Readable.from(chunks, { objectMode: false }).on('error', () => undefined);
}
