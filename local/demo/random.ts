/** Chance that repeats itself: the same seed gives the same numbers on every machine, in the order they are asked for. */
import { createHash } from 'node:crypto';

export interface Random {
  /** From 0 up to, but not including, 1. */
  fraction(): number;
  /** A whole number from 0 up to, but not including, `below`. */
  below(below: number): number;
  pick<T>(items: readonly T[]): T;
  /** Around 1, as file sizes are: its logarithm is normal with deviation `sigma`. */
  logNormal(sigma: number): number;
  /** Bytes that nothing compresses. */
  bytes(length: number): Buffer;
}

/** xoshiro128** (https://prng.di.unimi.it): small, quick, and good enough for a world of make-believe. */
export function randomFrom(seed: string): Random {
  const digest = createHash('sha256').update(seed).digest();
  let [a, b, c, d] = [0, 4, 8, 12].map((at) => digest.readUInt32LE(at)) as [number, number, number, number];
  const word = (): number => {
    const result = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotated(d, 11);
    return result;
  };
  const fraction = (): number => word() / 2 ** 32;
  const below = (limit: number): number => Math.floor(fraction() * limit);
  return {
    fraction,
    below,
    pick: <T>(items: readonly T[]): T => items[below(items.length)] as T,
    logNormal: (sigma) =>
      Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - fraction())) * Math.cos(2 * Math.PI * fraction())),
    bytes(length) {
      const words = new Uint32Array(Math.ceil(length / 4)).map(word);
      return Buffer.from(words.buffer, 0, length);
    },
  };
}

const rotated = (value: number, by: number): number => (value << by) | (value >>> (32 - by));
