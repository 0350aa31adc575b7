import { createHash } from 'node:crypto';
import { noRecordLog } from '../../events/log-record.ts';
import { parsePathUnavailable, unavailableKey } from '../../events/path-unavailable.ts';
import { stagedKey } from '../../events/staged.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import { UpstreamFailed } from '../../shared/errors.ts';
import { memoryLog } from '../../shared/log.ts';
import { sha256Of } from '../../shared/nix/sha256.ts';
import { createJournal, keysOf } from '../../shared/testing/journal.ts';
import {
  pathNamed,
  type StoreObject,
  storeObject,
  TEST_KEY,
  upstreamObjects,
} from '../../shared/testing/store-objects.ts';
import { memoryBinaryCache } from '../../shared/upstream/memory.ts';
import { answerRequest } from './answer-request.ts';
import { copyStorePath } from './copy-store-path.ts';

const live = AbortSignal.timeout(60_000);
const HOUR = 3_600_000;

function mirrorOf(objects: Map<string, Uint8Array>) {
  const journal = createJournal();
  const bucket = memoryBucket();
  const state = memoryBucket();
  const clock = { now: new Date('2026-11-23T00:00:00Z') };
  const deps = {
    upstream: memoryBinaryCache(objects),
    bucket: journal.watch('bucket', bucket),
    state: journal.watch('state', state),
    trustedKeys: [TEST_KEY],
    copyLogs: false,
    retryAfterMs: 3 * HOUR,
    now: () => clock.now,
    log: memoryLog(),
    records: noRecordLog,
  };
  return { deps, bucket, state, journal, clock, objects };
}

const mirrorWith = (...objects: StoreObject[]) => mirrorOf(upstreamObjects(objects));
const run = { signal: live, alone: () => false, receives: 1 };

describe('copyStorePath', () => {
  it.each(['none', 'zstd'] as const)('stages the narinfo only after the NAR is here (%s)', async (compression) => {
    const hello = storeObject('hello-2.12', { compression });
    const { deps, journal } = mirrorWith(hello);
    await expect(copyStorePath(hello.hash, deps, live)).resolves.toMatchObject({
      outcome: 'copied',
      fileHashRight: true,
    });
    expect(journal.writes()).toEqual([
      `bucket put ${hello.narKey}`,
      `bucket put ${hello.hash}.ls`,
      `state put ${stagedKey(hello.hash)}`,
    ]);
  });

  it('keeps the bytes of upstream, and what the NAR was verified for', async () => {
    const hello = storeObject('hello-2.12', { compression: 'zstd' });
    const { deps, bucket, state } = mirrorWith(hello);
    await copyStorePath(hello.hash, deps, live);
    expect(await getText(state, stagedKey(hello.hash))).toBe(hello.narInfo);
    const nar = await bucket.head(hello.narKey);
    expect(nar).toMatchObject({
      size: hello.narFile.length,
      metadata: { 'nar-hash': hello.narHash, 'store-path': `${hello.hash}-hello-2.12` },
    });
  });

  it.each([
    ['one byte more than it may have', -1, 'too-large'],
    ['just as many', 0, 'copied'],
  ])('fetches a NAR by the size that was signed: %s', async (_size, allowed, outcome) => {
    const hello = storeObject('hello-2.12', { compression: 'zstd' });
    const { deps, objects, journal } = mirrorWith(hello);
    const narSize = Number(/NarSize: (\d+)/.exec(hello.narInfo)?.[1]);
    if (allowed < 0) objects.delete(hello.narKey); // asked for, it would be missing
    const copying = copyStorePath(hello.hash, { ...deps, maxNarBytes: narSize + allowed }, live);
    if (outcome === 'copied') return expect(copying).resolves.toMatchObject({ outcome });
    await expect(copying).rejects.toMatchObject({ reason: outcome });
    return expect(journal.writes()).toEqual([]);
  });

  it('does nothing the second time', async () => {
    const hello = storeObject('hello-2.12');
    const { deps, journal } = mirrorWith(hello);
    await copyStorePath(hello.hash, deps, live);
    journal.entries.length = 0;
    await expect(copyStorePath(hello.hash, deps, live)).resolves.toEqual({ outcome: 'present' });
    expect(journal.writes()).toEqual([]);
  });

  it('does nothing for a path that is visible', async () => {
    const hello = storeObject('hello-2.12');
    const { deps, bucket, journal } = mirrorWith(hello);
    await bucket.put(`${hello.hash}.narinfo`, hello.narInfo);
    await expect(copyStorePath(hello.hash, deps, live)).resolves.toEqual({ outcome: 'present' });
    expect(journal.writes()).toEqual([]);
  });

  it('takes up a NAR that an earlier run brought before it was cut', async () => {
    const hello = storeObject('hello-2.12');
    const { deps, bucket, objects, journal } = mirrorWith(hello);
    await bucket.put(hello.narKey, hello.narFile, { metadata: { 'nar-hash': hello.narHash, 'store-path': 'x' } });
    objects.delete(hello.narKey); // it need not be asked for again
    await expect(copyStorePath(hello.hash, deps, live)).resolves.toMatchObject({ outcome: 'copied', bytes: 0 });
    expect(journal.writes()).toEqual([`bucket put ${hello.hash}.ls`, `state put ${stagedKey(hello.hash)}`]);
  });

  it('stages two paths that share a NAR', async () => {
    const [one, two] = [storeObject('one', { contents: 'same' }), storeObject('two', { contents: 'same' })];
    expect(one.narKey).toBe(two.narKey);
    const { deps, state } = mirrorWith(one, two);
    await Promise.all([copyStorePath(one.hash, deps, live), copyStorePath(two.hash, deps, live)]);
    expect((await keysOf(state)).sort()).toEqual([stagedKey(one.hash), stagedKey(two.hash)].sort());
  });

  it('notes a wrong FileHash and serves the path all the same: it is not signed', async () => {
    const fileHash = sha256Of(createHash('sha256').update('other').digest());
    const hello = storeObject('hello-2.12', { wrong: { FileHash: fileHash } });
    const { deps } = mirrorWith(hello);
    await expect(copyStorePath(hello.hash, deps, live)).resolves.toMatchObject({
      outcome: 'copied',
      fileHashRight: false,
    });
  });

  it('never overwrites a key that holds another NAR', async () => {
    const hello = storeObject('hello-2.12');
    const { deps, bucket } = mirrorWith(hello);
    await bucket.put(hello.narKey, 'other', { metadata: { 'nar-hash': 'sha256:other' } });
    await expect(copyStorePath(hello.hash, deps, live)).rejects.toMatchObject({ reason: 'corrupt' });
    expect(await getText(bucket, hello.narKey)).toBe('other');
  });

  it.each([false, true])(
    'keeps nothing of a NAR that upstream breaks off, and blames nobody (with a length: %s)',
    async (sized) => {
      const hello = storeObject('hello-2.12', { contents: 'x'.repeat(10_000) });
      const { deps, bucket, state } = mirrorWith(hello);
      const broken = async function* () {
        yield hello.narFile.subarray(0, 5_000);
        throw new UpstreamFailed('the connection was reset');
      };
      const upstream = {
        ...deps.upstream,
        nar: async () => ({ body: broken(), ...(sized ? { contentLength: hello.narFile.length } : {}) }),
      };
      await expect(copyStorePath(hello.hash, { ...deps, upstream }, live)).rejects.toMatchObject({
        code: 'UPSTREAM_FAILED',
      });
      expect([...(await keysOf(bucket)), ...(await keysOf(state))]).toEqual([]);
    },
  );
});

/** Each case: what upstream serves, and the reason that is written down. */
const other = storeObject('other', { contents: 'another content' });
const good = storeObject('hello-2.12', { compression: 'zstd', contents: 'hello '.repeat(1_000) });
const flipped = Buffer.from(good.narFile);
flipped[40] = (flipped[40] ?? 0) ^ 1;

const WRONG: readonly [string, string, (objects: Map<string, Uint8Array>) => void][] = [
  ['no narinfo', 'missing', (objects) => objects.delete(`${good.hash}.narinfo`)],
  ['no NAR', 'missing', (objects) => objects.delete(good.narKey)],
  ['a flipped bit', 'corrupt', (objects) => objects.set(good.narKey, flipped)],
  ['a NAR that ends early', 'corrupt', (objects) => objects.set(good.narKey, good.narFile.subarray(0, -10))],
  ['an empty NAR', 'corrupt', (objects) => objects.set(good.narKey, Buffer.alloc(0))],
  [
    'the NAR of another path',
    'corrupt',
    (objects) => objects.set(good.narKey, storeObject('o', { compression: 'zstd' }).narFile),
  ],
  ['HTML instead of a narinfo', 'corrupt', (objects) => objects.set(`${good.hash}.narinfo`, Buffer.from('<html>'))],
  [
    'the narinfo of another path',
    'corrupt',
    (objects) => objects.set(`${good.hash}.narinfo`, Buffer.from(other.narInfo)),
  ],
  [
    'a NarHash that is not signed',
    'untrusted',
    (objects) => replace(objects, /NarHash: .*/, `NarHash: ${other.narHash}`),
  ],
  ['no signature', 'untrusted', (objects) => replace(objects, /Sig: .*\n/, '')],
  ['an absolute URL', 'unsupported', (objects) => replace(objects, /URL: /, 'URL: http://example.org/')],
  ['a URL that leads out', 'unsupported', (objects) => replace(objects, /URL: nar/, 'URL: ../nar')],
  ['an unknown compression', 'unsupported', (objects) => replace(objects, /Compression: .*/, 'Compression: lzip')],
];

function replace(objects: Map<string, Uint8Array>, pattern: RegExp, by: string): void {
  objects.set(`${good.hash}.narinfo`, Buffer.from(good.narInfo.replace(pattern, by)));
}

describe('answerRequest', () => {
  const request = { type: 'copy-requested', hash: good.hash } as const;

  it.each(WRONG)('writes down %s as %s, and keeps no byte', async (_what, reason, spoil) => {
    const { deps, bucket, state, objects } = mirrorWith(good, other);
    spoil(objects);
    await answerRequest(request, deps, run);
    expect(await keysOf(bucket)).toEqual([]);
    expect(await keysOf(state)).toEqual([unavailableKey(good.hash)]);
    const record = parsePathUnavailable((await getText(state, unavailableKey(good.hash))) ?? '');
    expect(record).toMatchObject({
      reason,
      attempts: 1,
      since: '2026-11-23T00:00:00.000Z',
      next: '2026-11-23T03:00:00.000Z',
    });
  });

  it('changes nothing when the request comes twice', async () => {
    const { deps, journal, objects } = mirrorWith(good);
    objects.delete(good.narKey);
    await answerRequest(request, deps, run);
    journal.entries.length = 0;
    await answerRequest(request, deps, run);
    expect(journal.writes()).toEqual([]);
  });

  it('tries again when that is due, waits twice as long, and copies once upstream is repaired', async () => {
    const { deps, state, clock, objects } = mirrorWith(good);
    objects.delete(good.narKey);
    await answerRequest(request, deps, run);
    clock.now = new Date('2026-11-23T03:00:00Z');
    await answerRequest(request, deps, run);
    const record = parsePathUnavailable((await getText(state, unavailableKey(good.hash))) ?? '');
    expect(record).toMatchObject({ attempts: 2, since: '2026-11-23T00:00:00.000Z', next: '2026-11-23T09:00:00.000Z' });

    objects.set(good.narKey, good.narFile);
    clock.now = new Date('2026-11-23T09:00:00Z');
    await answerRequest(request, deps, run);
    expect(await keysOf(state)).toContain(stagedKey(good.hash));
  });

  it('writes a record anew that was damaged', async () => {
    const { deps, state, objects } = mirrorWith(good);
    objects.delete(good.narKey);
    await state.put(unavailableKey(good.hash), '');
    await answerRequest(request, deps, run);
    const record = parsePathUnavailable((await getText(state, unavailableKey(good.hash))) ?? '');
    expect(record).toMatchObject({ reason: 'missing', attempts: 1 });
  });

  it('goes on where it was cut, at whatever write that was', async () => {
    for (let writes = 0; writes < 4; writes += 1) {
      const { deps, state, bucket } = mirrorWith(good);
      let left = writes;
      const mortal = (whole: Bucket): Bucket => ({
        ...whole,
        put: async (...args) => {
          left -= 1;
          if (left < 0) throw new Error('killed');
          return whole.put(...args);
        },
      });
      const cut = { ...deps, bucket: mortal(deps.bucket), state: mortal(deps.state) };
      await answerRequest(request, cut, run).catch(() => undefined);
      if (await state.head(stagedKey(good.hash))) expect(await bucket.head(good.narKey)).toBeDefined();
      await answerRequest(request, deps, run);
      expect(await getText(state, stagedKey(good.hash))).toBe(good.narInfo);
      expect(await bucket.head(good.narKey)).toMatchObject({ metadata: { 'nar-hash': good.narHash } });
    }
  });

  it("leaves upstream's failures to the queue", async () => {
    const { deps, state } = mirrorWith(good);
    const upstream = { ...deps.upstream, narInfo: () => Promise.reject(new UpstreamFailed('503')) };
    await expect(answerRequest(request, { ...deps, upstream }, run)).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' });
    expect(await keysOf(state)).toEqual([]);
  });

  it('calls a path too large that three times had a run to itself', async () => {
    const { deps, state } = mirrorWith(good);
    const upstream = { ...deps.upstream, nar: () => Promise.reject(new DOMException('over', 'TimeoutError')) };
    const over = { signal: AbortSignal.abort(), alone: () => true, receives: 1 };
    const slow = { ...deps, upstream: { ...upstream, narInfo: upstream.nar } };
    await expect(answerRequest(request, slow, { ...over, alone: () => false })).rejects.toThrow();
    await expect(answerRequest(request, slow, over)).rejects.toThrow();
    await expect(answerRequest(request, slow, over)).rejects.toThrow();
    await expect(answerRequest(request, slow, over)).resolves.toBeUndefined();
    const record = parsePathUnavailable((await getText(state, unavailableKey(pathNamed('hello-2.12').hash))) ?? '');
    expect(record.reason).toBe('too-large');
  });
});
