/** A body that holds a connection: let go when nobody reads it, and when its reader leaves early. */
export function watched(
  body: NodeJS.ReadableStream,
  idleMs: number,
  failed: (error: unknown) => unknown,
): AsyncIterable<Uint8Array> {
  const stream = body as NodeJS.ReadableStream & { destroy(error?: Error): void };
  stream.on('error', () => undefined); // heard by whoever reads
  const idle = setTimeout(() => stream.destroy(new Error('nobody read it')), idleMs).unref();
  return {
    async *[Symbol.asyncIterator]() {
      try {
        for await (const chunk of stream) {
          clearTimeout(idle);
          yield chunk as unknown as Uint8Array;
        }
      } catch (error) {
        throw failed(error);
      } finally {
        clearTimeout(idle);
        stream.destroy();
      }
    },
  };
}
