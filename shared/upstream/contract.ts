/** What every BinaryCache and every Channels promises; run by memory.test.ts and by the tests of the HTTP adapters. */
import { randomBytes } from 'node:crypto';
import { Malformed, Unavailable, UpstreamFailed } from '../errors.ts';
import { type ChannelName, parseChannelName, parseReleasePrefix, type ReleasePrefix } from '../nix/release.ts';
import { parseStorePathHash } from '../nix/store-path.ts';
import type { BinaryCache } from './binary-cache.ts';
import type { Channels } from './channels.ts';
import { listed, type MemoryRelease } from './memory.ts';

const live = new AbortController().signal;
const late = AbortSignal.abort(new Error('out of time'));

const HASH = parseStorePathHash('8p5yxz3nvzfrr3zvgnbxwn2cy9zz1s2q');
const ABSENT = parseStorePathHash('00000000000000000000000000000000');
const NARINFO = Buffer.from('StorePath: /nix/store/8p5yxz3nvzfrr3zvgnbxwn2cy9zz1s2q-hello\n');
const NAR = randomBytes(300_000);

async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function itIsABinaryCache(open: (objects: ReadonlyMap<string, Uint8Array>) => BinaryCache): void {
  const cache = () =>
    open(
      new Map<string, Uint8Array>([
        [`${HASH}.narinfo`, NARINFO],
        ['nar/a.nar.xz', NAR],
        ['nar/empty.nar', new Uint8Array()],
      ]),
    );

  it('gives a narinfo as it is', async () => {
    expect(await cache().narInfo(HASH, live)).toEqual(NARINFO);
  });

  it.each(['nar/a.nar.xz', 'nar/empty.nar'])('gives %s as it is, with its length', async (key) => {
    const expected = key === 'nar/empty.nar' ? Buffer.alloc(0) : NAR;
    const { body, contentLength } = await cache().nar(key, live);
    expect(contentLength).toBe(expected.length);
    expect((await bytesOf(body)).equals(expected)).toBe(true);
  });

  it('says that what is not there is missing', async () => {
    const missing = expect.objectContaining({ reason: 'missing' });
    await expect(cache().narInfo(ABSENT, live)).rejects.toThrow(Unavailable);
    await expect(cache().narInfo(ABSENT, live)).rejects.toEqual(missing);
    await expect(cache().nar('nar/b.nar.xz', live)).rejects.toEqual(missing);
  });

  it.each(['', '../nix-cache-info', '/nar/a.nar.xz', 'nar/a.nar.xz?hash=x', 'https://evil.example/x y'])(
    'refuses the key %j',
    async (key) => {
      await expect(cache().nar(key, live)).rejects.toThrow(Malformed);
    },
  );

  it('lets a nar be left early, and goes on', async () => {
    const opened = cache();
    for (let round = 0; round < 5; round += 1) {
      for await (const chunk of (await opened.nar('nar/a.nar.xz', live)).body) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
    }
    expect(await opened.narInfo(HASH, live)).toEqual(NARINFO);
  });

  it('gives the signal’s reason when time is up', async () => {
    await expect(cache().narInfo(HASH, late)).rejects.toThrow('out of time');
    await expect(cache().nar('nar/a.nar.xz', late)).rejects.toThrow('out of time');
    const ending = new AbortController();
    const { body } = await cache().nar('nar/a.nar.xz', ending.signal);
    ending.abort(new Error('out of time'));
    await expect(bytesOf(body)).rejects.toThrow('out of time');
  });
}

export interface SampleChannels {
  readonly channels: ReadonlyMap<ChannelName, ReleasePrefix>;
  readonly releases: ReadonlyMap<ReleasePrefix, MemoryRelease>;
}

const UNSTABLE = parseChannelName('nixos-unstable');
const RELEASE = parseReleasePrefix('nixos/unstable/nixos-26.11pre1034393.ea5ff515fc09');
const GONE = parseReleasePrefix('nixos/unstable/nixos-26.11pre1.000000000000');

export function itHasChannels(open: (sample: SampleChannels) => Channels): void {
  const release: MemoryRelease = {
    revision: 'ea5ff515fc0935ea5ff515fc0935ea5ff515fc09',
    releasedAt: new Date('2026-05-29T20:26:40Z'),
    lastModified: 1_780_000_000,
    files: new Map([
      ['packages.json.br', randomBytes(100_000)],
      ['src-url', Buffer.from('https://hydra.nixos.org/eval/1')],
    ]),
  };
  const channels = () => open({ channels: new Map([[UNSTABLE, RELEASE]]), releases: new Map([[RELEASE, release]]) });

  it('knows the release a channel stands at', async () => {
    expect(await channels().resolve(UNSTABLE, live)).toBe(RELEASE);
  });

  it('lists a release’s files, its revision and its date', async () => {
    const files = [...release.files].map(([name, bytes]) => listed(name, bytes));
    const { lastModified: _, ...page } = release;
    expect(await channels().releasePage(RELEASE, live)).toEqual({ ...page, files });
  });

  it('knows what flakes lock of the release that a channel stands at, and of no other', async () => {
    expect(await channels().lastModified(UNSTABLE, RELEASE, live)).toBe(1_780_000_000);
    expect(await channels().lastModified(UNSTABLE, GONE, live)).toBeUndefined();
    expect(await channels().lastModified(parseChannelName('nixos-99.05'), RELEASE, live)).toBeUndefined();
  });

  it.each([...release.files])('gives %s as it is, with its length', async (name, bytes) => {
    const { body, contentLength } = await channels().file(RELEASE, name, live);
    expect(contentLength).toBe(bytes.length);
    expect((await bytesOf(body)).equals(bytes)).toBe(true);
  });

  it('fails for what is not there, and says what', async () => {
    const other = parseChannelName('nixos-99.05');
    await expect(channels().resolve(other, live)).rejects.toThrow(UpstreamFailed);
    await expect(channels().resolve(other, live)).rejects.toThrow('there is no channel nixos-99.05');
    for (const asked of [() => channels().releasePage(GONE, live), () => channels().file(RELEASE, 'nothing', live)]) {
      await expect(asked()).rejects.toThrow(UpstreamFailed);
      await expect(asked()).rejects.toMatchObject({ facts: { status: 404 } });
    }
  });

  it.each(['', '..', '../src-url', '/src-url', 'a/b', 'src-url?x'])('refuses the file name %j', async (name) => {
    await expect(channels().file(RELEASE, name, live)).rejects.toThrow(Malformed);
  });

  it('gives the signal’s reason when time is up', async () => {
    await expect(channels().resolve(UNSTABLE, late)).rejects.toThrow('out of time');
    await expect(channels().releasePage(RELEASE, late)).rejects.toThrow('out of time');
    await expect(channels().file(RELEASE, 'src-url', late)).rejects.toThrow('out of time');
  });
}
