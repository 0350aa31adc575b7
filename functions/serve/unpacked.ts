/**
 * A stored body, decoded as it is read. It is bounded in time and gives its place back whatever happens: who reads slowly must not
 * keep a decoder from all others.
 */
import { Readable } from 'node:stream';
import { decompressor } from '../../shared/nix/decompress.ts';
import type { Room } from '../../shared/nix/room.ts';
import type { Streamed } from './answer.ts';

/** Decoders are counted before they are opened: no memory is waited for in the middle of an answer. */
const NO_WAIT: Room = { take: async () => () => undefined };
const LONGEST_MS = 120_000;

/** @param leave gives back the place that was taken for it */
export function unpacked(
  body: AsyncIterable<Uint8Array>,
  encoding: string,
  leave: () => void,
  longestMs = LONGEST_MS,
): Streamed {
  const source = Readable.from(body);
  const unpack = decompressor(encoding, Number.POSITIVE_INFINITY, NO_WAIT);
  source.on('error', (error) => unpack.destroy(error));
  const end = (why?: Error): void => {
    clearTimeout(late);
    source.destroy();
    unpack.destroy(why);
    leave();
  };
  const late = setTimeout(() => end(new Error('it was read too slowly')), longestMs).unref();

  async function* stream(): AsyncGenerator<Uint8Array, undefined> {
    try {
      for await (const chunk of source.pipe(unpack)) yield chunk as Uint8Array;
      return undefined;
    } finally {
      end();
    }
  }
  return { stream: stream(), cancel: () => end(new Error('nobody reads it any more')) };
}
