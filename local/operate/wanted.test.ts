import { memoryBucket } from '../../shared/bucket/memory.ts';
import { parseChannelName, parseReleasePrefix } from '../../shared/nix/release.ts';
import { formatStorePath, type StorePath } from '../../shared/nix/store-path.ts';
import { pathNamed } from '../../shared/testing/store-objects.ts';
import { xz } from '../../shared/testing/xz.ts';
import { memoryChannels } from '../../shared/upstream/memory.ts';
import { parseGlob } from './glob.ts';
import { collectWanted, type Sources } from './wanted.ts';

const channel = parseChannelName('nixos-unstable');
const [r1, r2] = [1, 2].map((n) => parseReleasePrefix(`nixos/unstable/nixos-26.11pre${n}.abc`)) as [
  ReturnType<typeof parseReleasePrefix>,
  ReturnType<typeof parseReleasePrefix>,
];
const [hello, firefox, debug, glibc] = ['hello-2.12.1', 'firefox-128', 'firefox-128-debug', 'glibc-2.40'].map(
  pathNamed,
) as [StorePath, StorePath, StorePath, StorePath];
const listOf = (...paths: readonly StorePath[]): string => paths.map((path) => `${formatStorePath(path)}\n`).join('');
const NOTHING: Sources = { channels: [], releases: [], lists: [], names: [], paths: [], logs: [], deadLetters: false };

async function collect(sources: Partial<Sources>, files: Readonly<Record<string, Uint8Array | string>> = {}) {
  const release = async (...paths: readonly StorePath[]) => ({
    revision: '',
    releasedAt: new Date(),
    files: new Map([['store-paths.xz', await xz(listOf(...paths))]]),
  });
  const releases = new Map([
    [r1, await release(hello, firefox)],
    [r2, await release(firefox, debug)],
  ]);
  const deps = {
    channels: memoryChannels(new Map([[channel, r2]]), releases),
    bucket: memoryBucket(),
    async open(place: string) {
      const bytes = Buffer.from(files[place] ?? '');
      return (async function* () {
        for (let at = 0; at < bytes.length; at += 3) yield bytes.subarray(at, at + 3);
      })();
    },
    deadLetters: async () => [glibc.hash],
  };
  return collectWanted({ ...NOTHING, ...sources }, deps, AbortSignal.timeout(10_000));
}

describe('collectWanted', () => {
  it('takes what a channel lists where it stands, and what releases list, on account of each', async () => {
    const { wanted, releases } = await collect({ channels: [channel], releases: [r1] });
    expect(wanted).toEqual(
      new Map([
        [hello.hash, r1],
        [firefox.hash, r1],
        [debug.hash, r2],
      ]),
    );
    expect(releases).toEqual([{ release: r1 }, { release: r2, channel }]);
  });

  it('takes only what is named so, of lists', async () => {
    const names = ['firefox-?28', '*-debug'].map(parseGlob);
    const { wanted } = await collect({ releases: [r1, r2], names, paths: [glibc.hash] });
    expect([...wanted.keys()].sort()).toEqual([firefox, debug, glibc].map(({ hash }) => hash).sort());
  });

  it.each<[string, () => Promise<Uint8Array | string>]>([
    ['as upstream has it', () => xz(listOf(hello, firefox))],
    ['unpacked', async () => listOf(hello, firefox)],
    ['unpacked, with the line ends of another system', async () => listOf(hello, firefox).replaceAll('\n', '\r\n')],
  ])('reads a list %s', async (_how, content) => {
    const { wanted } = await collect({ lists: ['a'] }, { a: await content() });
    expect([...wanted.keys()].sort()).toEqual([hello.hash, firefox.hash].sort());
  });

  it('says which line of a list is none', async () => {
    await expect(collect({ lists: ['a'] }, { a: `${listOf(hello)}hello\n` })).rejects.toThrow(
      'line 2 of the list is not a store path',
    );
  });

  it('takes what logs and dead letters name, each once', async () => {
    const a = `GET /${hello.hash}.narinfo 404\nGET /${hello.hash}.narinfo 404\n`;
    const { wanted } = await collect({ logs: ['a', '-'], deadLetters: true }, { a, '-': formatStorePath(debug) });
    expect([...wanted.keys()].sort()).toEqual([hello, debug, glibc].map(({ hash }) => hash).sort());
  });

  it('is empty for empty lists', async () => {
    expect((await collect({ lists: ['a'], logs: ['a'] }, { a: '' })).wanted.size).toBe(0);
  });
});
