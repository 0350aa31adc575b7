import { bytesOf } from '../../shared/bucket/bucket.ts';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import { BucketFailed } from '../../shared/errors.ts';
import { serveWorld } from '../../shared/testing/serve-world.ts';
import { storeObject } from '../../shared/testing/store-objects.ts';
import { createNarInfos } from './narinfos.ts';
import type { SteadyBucket } from './steady-bucket.ts';

const hello = storeObject('hello-2.12');
const key = `${hello.hash}.narinfo`;

function counted(maxBytes = 2 ** 20) {
  const bucket = memoryBucket();
  let [reads, time, isDown] = [0, 1, false];
  const steady: SteadyBucket = {
    name: bucket.name,
    isDown: () => isDown,
    head: bucket.head,
    get: bucket.get,
    async read(asked) {
      reads += 1;
      if (isDown) throw new BucketFailed('down');
      const found = await bucket.get(asked);
      return found && { ...found, body: await bytesOf(found.body) };
    },
  };
  return {
    bucket,
    narInfos: createNarInfos({ bucket: steady, maxBytes, now: () => time }),
    reads: () => reads,
    pass(ms: number) {
      time += ms;
    },
    down(is: boolean) {
      isDown = is;
    },
  };
}

describe('narinfos in memory', () => {
  it('are read once for many who ask, and again after a minute', async () => {
    const { bucket, narInfos, reads, pass } = counted();
    await bucket.put(key, hello.narInfo);
    const found = await Promise.all(Array.from({ length: 20 }, () => narInfos.find(hello.hash)));
    expect(new Set(found.map((held) => held?.body.toString())).size).toBe(1);
    expect(found[0]?.body.toString()).toBe(hello.narInfo);
    expect(reads()).toBe(1);
    pass(61_000);
    await narInfos.find(hello.hash);
    expect(reads()).toBe(2);
  });

  it('remember for two seconds what is not here, so that what comes is soon found', async () => {
    const { bucket, narInfos, reads, pass } = counted();
    for (let i = 0; i < 5; i += 1) expect(await narInfos.find(hello.hash)).toBeUndefined();
    expect(reads()).toBe(1);
    await bucket.put(key, hello.narInfo);
    pass(2_001);
    expect((await narInfos.find(hello.hash))?.body.toString()).toBe(hello.narInfo);
  });

  it('know the name that is in them, where it is of the path that was asked for', async () => {
    const { bucket, narInfos } = counted();
    const other = storeObject('other-1');
    await bucket.put(key, hello.narInfo);
    await bucket.put(`${other.hash}.narinfo`, hello.narInfo);
    expect((await narInfos.find(hello.hash))?.about).toEqual({ cache: 'hit', given: hello.path });
    expect((await narInfos.find(other.hash))?.about).toEqual({ cache: 'hit', given: { hash: other.hash } });
    const damaged = storeObject('damaged-1');
    await bucket.put(`${damaged.hash}.narinfo`, 'StorePath: /nix/st');
    expect((await narInfos.find(damaged.hash))?.about).toEqual({ cache: 'hit', given: { hash: damaged.hash } });
  });

  it('stay within their bytes', async () => {
    const { bucket, narInfos, reads } = counted(8_500);
    const objects = Array.from({ length: 10 }, (_, i) => storeObject(`one-${i}`));
    for (const { hash, narInfo } of objects) await bucket.put(`${hash}.narinfo`, narInfo);
    for (const { hash } of objects) await narInfos.find(hash);
    expect(reads()).toBe(10);
    for (const { hash } of objects.slice(-2)) await narInfos.find(hash); // the last ones are still there
    expect(reads()).toBe(10);
    for (const { hash } of objects.slice(0, 5)) await narInfos.find(hash);
    expect(reads()).toBe(15);
  });

  it('are not given while the bucket is down: their NARs could not be had', async () => {
    const { bucket, narInfos, down } = counted();
    await bucket.put(key, hello.narInfo);
    await narInfos.find(hello.hash);
    down(true);
    await expect(narInfos.find(hello.hash)).rejects.toThrow(BucketFailed);
    down(false);
    expect(await narInfos.find(hello.hash)).toBeDefined();
  });

  it('that can not be looked up are not remembered as missing', async () => {
    const { bucket, narInfos, down } = counted();
    down(true);
    await expect(narInfos.find(hello.hash)).rejects.toThrow(BucketFailed);
    down(false);
    await bucket.put(key, hello.narInfo);
    expect(await narInfos.find(hello.hash)).toBeDefined();
  });

  it('are answered with headers that were built once', async () => {
    const { bucket, ask, deps } = serveWorld();
    await bucket.put(key, hello.narInfo);
    await ask(`/${key}`);
    const held = await deps.narInfos.find(hello.hash);
    expect((await ask(`/${key}`)).headers).toBe(held?.whole.headers);
  });
});
