/**
 * The bits of a bzip2 file, most significant first. Reads are synchronous: whoever reads a block waits until all of it is here,
 * and a read beyond what is here finds a file that is cut off.
 */
import { Malformed } from '../errors.ts';

export interface Bzip2Bits {
  /** Bytes that are here and not read. */
  readonly bytesLeft: number;
  /** Whether no more will come. */
  readonly ended: boolean;
  add(chunk: Buffer): void;
  end(): void;
  /** @param count from 0 to 24 */
  read(count: number): number;
  /** Drops what is left of a byte that is read in part. */
  align(): void;
  refuse(why: string): never;
}

export function bzip2Bits(): Bzip2Bits {
  let bytes: Buffer = Buffer.alloc(0);
  let at = 0;
  let held = 0; // the bits that were taken out of `bytes` and not read yet, in its low end
  let heldBits = 0;
  const waiting: Buffer[] = []; // joined when they are needed, and not with every chunk
  let waitingBytes = 0;
  let ended = false;

  const refuse = (why: string): never => {
    throw new Malformed(`not bzip2: ${why}`, { field: 'bzip2' });
  };
  const nextByte = (): number => {
    if (at === bytes.length) {
      if (waitingBytes === 0) refuse('it is cut off');
      bytes = Buffer.concat(waiting);
      at = 0;
      waiting.length = 0;
      waitingBytes = 0;
    }
    const byte = bytes[at] ?? 0;
    at += 1;
    return byte;
  };

  return {
    get bytesLeft() {
      return bytes.length - at + waitingBytes;
    },
    get ended() {
      return ended;
    },
    add(chunk) {
      waiting.push(chunk);
      waitingBytes += chunk.length;
    },
    end() {
      ended = true;
    },
    read(count) {
      while (heldBits < count) {
        held = (held << 8) | nextByte();
        heldBits += 8;
      }
      heldBits -= count;
      return (held >>> heldBits) & ((1 << count) - 1);
    },
    align() {
      heldBits -= heldBits % 8;
    },
    refuse,
  };
}
