import { brotliDecompressSync } from 'node:zlib';
import { bytesOf, getText } from '../../shared/bucket/bucket.ts';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import { UpstreamFailed } from '../../shared/errors.ts';
import { memoryLog } from '../../shared/log.ts';
import type { NarNode } from '../../shared/nix/nar-writer.ts';
import { createJournal, keysOf } from '../../shared/testing/journal.ts';
import {
  pathNamed,
  type StoreObject,
  storeObject,
  TEST_KEY,
  upstreamObjects,
} from '../../shared/testing/store-objects.ts';
import { memoryBinaryCache } from '../../shared/upstream/memory.ts';
import { copyStorePath } from './copy-store-path.ts';

const live = AbortSignal.timeout(60_000);
const file = (contents: string): NarNode => ({ type: 'regular', contents });
const directory = (entries: Record<string, NarNode>): NarNode => ({
  type: 'directory',
  entries: new Map(Object.entries(entries)),
});
const buildId = 'cdef0123456789abcdef0123456789abcdef01';
const withSymbols = directory({
  lib: directory({
    debug: directory({
      '.build-id': directory({
        ab: directory({ [`${buildId}.debug`]: file('symbols'), 'x.sym': file('') }),
        notes: file(''),
      }),
    }),
  }),
});
const symbols = storeObject('hello-2.12-debug', { root: withSymbols, compression: 'zstd' });

function mirrorWith(...objects: StoreObject[]) {
  const journal = createJournal();
  const bucket = memoryBucket();
  const deps = {
    upstream: memoryBinaryCache(upstreamObjects(objects)),
    bucket: journal.watch('bucket', bucket),
    state: memoryBucket(),
    trustedKeys: [TEST_KEY],
    copyLogs: false,
    now: () => new Date(),
    log: memoryLog(),
  };
  return { deps, bucket, journal };
}

async function listingOf(bucket: ReturnType<typeof memoryBucket>, { hash }: StoreObject): Promise<unknown> {
  const found = await bucket.get(`${hash}.ls`);
  if (!found) return undefined;
  expect(found.metadata).toEqual({ 'content-encoding': 'br' });
  return JSON.parse(brotliDecompressSync(await bytesOf(found.body)).toString());
}

describe('companions', () => {
  it('lists what is in the NAR, by brotli', async () => {
    const hello = storeObject('hello-2.12', { root: directory({ bin: directory({ hello: file('hello') }) }) });
    const { deps, bucket } = mirrorWith(hello);
    await copyStorePath(hello.hash, deps, live);
    const entries = {
      bin: { type: 'directory', entries: { hello: { type: 'regular', size: 5, narOffset: expect.any(Number) } } },
    };
    expect(await listingOf(bucket, hello)).toEqual({ version: 1, root: { type: 'directory', entries } });
  });

  it('says where the debug symbols of a build id are', async () => {
    const { deps, bucket } = mirrorWith(symbols);
    await copyStorePath(symbols.hash, deps, live);
    expect(await keysOf(bucket, 'debuginfo/')).toEqual([`debuginfo/ab${buildId}`]);
    const member = `lib/debug/.build-id/ab/${buildId}.debug`;
    expect(JSON.parse((await getText(bucket, `debuginfo/ab${buildId}`)) ?? '')).toEqual({
      archive: `../${symbols.narKey}`,
      member,
    });
  });

  it('leaves a build id with the NAR that had it first', async () => {
    const other = storeObject('hello-2.13-debug', { root: withSymbols, compression: 'none' });
    const { deps, bucket } = mirrorWith(symbols, other);
    await copyStorePath(symbols.hash, deps, live);
    await copyStorePath(other.hash, deps, live);
    expect(await getText(bucket, `debuginfo/ab${buildId}`)).toContain(symbols.narKey);
  });

  it('gives the listing of a shared NAR to every path that has it', async () => {
    const [one, two] = [storeObject('one', { contents: 'same' }), storeObject('two', { contents: 'same' })];
    const { deps, bucket, journal } = mirrorWith(one, two);
    await copyStorePath(one.hash, deps, live);
    journal.entries.length = 0;
    await copyStorePath(two.hash, deps, live);
    expect(await listingOf(bucket, two)).toEqual(await listingOf(bucket, one));
    expect(journal.entries).not.toContain(`bucket get ${two.narKey}`); // the NAR is not read for it
  });

  it('lists the NAR that is here where a cut came before its listing', async () => {
    const { deps, bucket } = mirrorWith(symbols);
    const metadata = { 'nar-hash': symbols.narHash, 'store-path': `${symbols.hash}-${symbols.path.name}` };
    await bucket.put(symbols.narKey, symbols.narFile, { metadata });
    await copyStorePath(symbols.hash, deps, live);
    expect(await listingOf(bucket, symbols)).toMatchObject({ version: 1, root: { type: 'directory' } });
    expect(await keysOf(bucket, 'debuginfo/')).toEqual([`debuginfo/ab${buildId}`]);
  });
});

describe('build logs', () => {
  const deriver = pathNamed('hello-2.12.drv');
  const hello = storeObject('hello-2.12', { wrong: { Deriver: `${deriver.hash}-${deriver.name}` } });
  const key = `log/${deriver.hash}-${deriver.name}`;
  const answering = (log: ReturnType<typeof memoryBinaryCache>['log']) => {
    const { deps, bucket } = mirrorWith(hello);
    return { deps: { ...deps, copyLogs: true, upstream: { ...deps.upstream, log } }, bucket };
  };
  async function* body() {
    yield Buffer.from('building');
  }

  it('come along when asked for, as upstream has them', async () => {
    const { deps, bucket } = answering(async () => ({ body: body(), contentLength: 8, contentEncoding: 'br' }));
    await copyStorePath(hello.hash, deps, live);
    expect(await bucket.head(key)).toMatchObject({ size: 8, metadata: { 'content-encoding': 'br' } });
  });

  it('do not come along unasked', async () => {
    const { deps, bucket } = answering(async () => ({ body: body() }));
    await copyStorePath(hello.hash, { ...deps, copyLogs: false }, live);
    expect(await bucket.head(key)).toBeUndefined();
  });

  it.each([
    ['that upstream lacks', undefined],
    ['that upstream fails to give', new UpstreamFailed('503')],
  ])('%s are no reason to go without the path', async (_what, failure) => {
    const { deps } = answering(failure ? () => Promise.reject(failure) : memoryBinaryCache(new Map()).log);
    await expect(copyStorePath(hello.hash, deps, live)).resolves.toMatchObject({ outcome: 'copied' });
  });
});
