import { setTimeout as delay } from 'node:timers/promises';
import { brotliCompressSync } from 'node:zlib';
import { serveWorld } from '../../shared/testing/serve-world.ts';
import { createPlaces } from './places.ts';
import { unpacked } from './unpacked.ts';

const plain = 'what is in it\n'.repeat(1_000);
const packed = brotliCompressSync(plain);
const body = async function* () {
  yield packed;
};
const read = async (stream: AsyncIterable<Uint8Array>) => Buffer.concat(await Array.fromAsync(stream)).toString();

describe('a body that is decoded as it is read', () => {
  it('comes whole, and gives its place back', async () => {
    const places = createPlaces(1);
    const { stream } = unpacked(body(), 'br', places.take() ?? fail);
    expect(places.take()).toBeUndefined();
    expect(await read(stream)).toBe(plain);
    expect(places.take()).toBeDefined();
  });

  it('gives its place back when nobody reads it, when it is damaged, and when it is read too slowly', async () => {
    const places = createPlaces(1);
    const take = () => places.take() ?? fail;
    unpacked(body(), 'br', take()).cancel?.();
    const damaged = async function* () {
      yield packed.subarray(0, packed.length - 5);
    };
    await expect(read(unpacked(damaged(), 'br', take()).stream)).rejects.toThrow();
    const slow = unpacked(body(), 'br', take(), 20);
    await delay(60);
    await expect(read(slow.stream)).rejects.toThrow();
    expect(places.take()).toBeDefined();
  });

  it('is refused at once when too many are decoded, and others are not', async () => {
    const { ask, bucket } = serveWorld({ decoders: createPlaces(0) });
    const path = `/${'0'.repeat(32)}.ls`;
    await bucket.put(path.slice(1), packed, { metadata: { 'content-encoding': 'br' } });
    expect(await ask(path)).toMatchObject({ status: 503, headers: { 'retry-after': '10' } });
    expect(await ask(path, { acceptEncoding: 'br' })).toMatchObject({ status: 200 });
  });
});

const fail = (): never => {
  throw new Error('there was no place');
};
