/**
 * Puts a decompressor that somebody else wrote behind a stream that behaves: it reads no faster than it is read from, ends
 * with one error or with its end, lets go of everything when it is destroyed, and never raises an error that nobody can hear.
 */
import { Duplex } from 'node:stream';
import { Malformed } from '../errors.ts';

/** What is asked of the decompressor; streams of every age have it. */
export interface Foreign {
  write(bytes: Uint8Array): boolean;
  end(): unknown;
  pause(): unknown;
  resume(): unknown;
  on(event: 'data', listener: (bytes: Buffer) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  once(event: 'drain', listener: () => void): unknown;
}

export interface ForeignOptions {
  /** What it reads, for the errors. */
  readonly format: string;
  /** How a chunk is handed over: piece by piece, the next one when the last one is worked off and its output read. */
  readonly pieces: (chunk: Buffer) => Iterable<Buffer>;
  /** Gives memory and threads back. */
  readonly release: () => void;
}

const READ_AHEAD_BYTES = 512 * 1024;

export function behind(foreign: Foreign, { format, pieces, release }: ForeignOptions): Duplex {
  let empty = true;
  let ending = false;
  const stream = new Duplex({
    readableHighWaterMark: READ_AHEAD_BYTES,
    read: () => void foreign.resume(),
    write(chunk: Buffer, _encoding, done) {
      empty &&= chunk.length === 0;
      const left = pieces(chunk)[Symbol.iterator]();
      const next = (): void => {
        for (let piece = left.next(); !piece.done; piece = left.next()) {
          if (stream.destroyed) break;
          if (!foreign.write(piece.value)) return void foreign.once('drain', next);
        }
        done();
      };
      next();
    },
    final(done) {
      if (empty) return done(new Malformed(`not ${format}: no bytes`, { field: format }));
      ending = true;
      foreign.end();
      done();
    },
    destroy(error, done) {
      release();
      done(error);
    },
  });
  foreign.on('data', (bytes) => {
    if (!stream.push(bytes)) foreign.pause();
  });
  foreign.on('end', () => {
    if (ending) stream.push(null);
    else stream.destroy(new Malformed(`not ${format}: bytes after its end`, { field: format }));
  });
  // Heard here as long as the foreign stream lives: it may complain after it was destroyed.
  foreign.on('error', (cause) =>
    stream.destroy(new Malformed(`not ${format}: ${cause.message}`, { field: format }, cause)),
  );
  return stream;
}
