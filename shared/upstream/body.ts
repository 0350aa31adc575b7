/**
 * A body as it arrives. It says so when bytes stop coming, and frees its connection however it is left: at its end, by a
 * `break`, by an error, by the caller's signal, or never read at all.
 */
import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Stalled } from './failure.ts';

export interface BodyWatch {
  /** Milliseconds without a byte while somebody waits for one; also how long a body may lie unread. */
  readonly stallMs: number;
  readonly signal: AbortSignal;
  /** Makes the error that the reader gets. */
  readonly failed: (cause: unknown, bytes: number) => Error;
  /** Called once, when the body is over. */
  readonly over: () => void;
}

export function watchBody(body: Readable, { stallMs, signal, failed, over }: BodyWatch): AsyncIterable<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  let bytes = 0;
  let due = true; // a slow reader is no stall: the clock counts only while upstream, or the first read, is due
  const clock = setTimeout(() => due && body.destroy(new Stalled()), stallMs);
  body.on('error', () => undefined); // whoever reads gets it; without a reader nobody needs it
  body.once('close', () => {
    clearTimeout(clock);
    over();
  });

  async function next(): Promise<IteratorResult<Uint8Array, undefined>> {
    due = true;
    clock.refresh();
    try {
      const result = await chunks.next();
      if (result.done) return await ended();
      bytes += result.value.length;
      return result;
    } catch (cause) {
      throw signal.aborted ? signal.reason : failed(cause, bytes);
    } finally {
      due = false;
    }
  }

  async function ended(): Promise<IteratorReturnResult<undefined>> {
    await nextTurn(); // undici takes the connection back a turn later; who asks at once would open another
    return { done: true, value: undefined };
  }

  async function leave(): Promise<IteratorResult<Uint8Array, undefined>> {
    body.destroy();
    return { done: true, value: undefined };
  }

  return { [Symbol.asyncIterator]: () => ({ next, return: leave }) };
}

/** What an answer without a body has. */
export const noBody: AsyncIterable<Uint8Array> = { async *[Symbol.asyncIterator]() {} };
