/**
 * A stream that is opened late: when the first bytes have told how much memory it takes, and there is room for it. Until then
 * it takes no more input than that.
 */
import { Duplex } from 'node:stream';
import type { Room } from './room.ts';

export interface Opening {
  /** Bytes of memory that it takes while it lives. */
  readonly memory: number;
  /** Called once. What it opens ends or fails, and is silent about errors that nobody hears. */
  open(): Duplex;
}

export interface LateOptions {
  readonly room: Room;
  /** How many of the first bytes `opening` needs to see; of a shorter file it sees all. */
  readonly headBytes: number;
  readonly opening: (head: Buffer) => Opening;
}

export function openedLate({ room, headBytes, opening }: LateOptions): Duplex {
  const leaving = new AbortController();
  let head: Buffer = Buffer.alloc(0);
  let inner: Duplex | undefined;
  let giveBack: (() => void) | undefined;

  const stream = new Duplex({
    readableHighWaterMark: 1, // what it opens reads ahead
    read: () => void inner?.resume(),
    write(chunk: Buffer, _encoding, done) {
      if (inner) return hand(inner, chunk, done);
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
      if (head.length < headBytes) return done();
      begin().then((opened) => opened && hand(opened, head, done), done);
    },
    final(done) {
      if (inner) inner.end();
      else begin().then((opened) => opened?.end(head), ignore);
      done();
    },
    destroy(error, done) {
      leaving.abort();
      inner?.destroy();
      giveBack?.();
      done(error);
    },
  });

  async function begin(): Promise<Duplex | undefined> {
    const { memory, open } = opening(head);
    const back = await room.take(memory, leaving.signal);
    if (stream.destroyed) {
      back();
      return undefined;
    }
    giveBack = back;
    const opened = open();
    inner = opened;
    opened.on('data', (chunk) => {
      if (!stream.push(chunk)) opened.pause();
    });
    opened.on('end', () => stream.push(null));
    opened.on('error', (error) => stream.destroy(error));
    return opened;
  }

  return stream;
}

function hand(opened: Duplex, chunk: Buffer, done: () => void): void {
  if (opened.write(chunk)) done();
  else opened.once('drain', done);
}

const ignore = (): undefined => undefined;
