import { createHash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { decompressor } from '../../shared/nix/decompress.ts';
import { lines } from '../../shared/nix/lines.ts';
import { listNar } from '../../shared/nix/nar-listing.ts';
import { type NarInfo, parseNarInfo } from '../../shared/nix/narinfo.ts';
import { releaseName } from '../../shared/nix/release.ts';
import { sha256Of } from '../../shared/nix/sha256.ts';
import { verifiedBy } from '../../shared/nix/signature.ts';
import { formatBaseName, parseStorePath, type StorePath, type StorePathHash } from '../../shared/nix/store-path.ts';
import { parseReleasePage } from '../../shared/upstream/release-page.ts';
import { contentAddressedPath } from './store-path-of.ts';
import { createWorld, DEMO_SEED, type Release, type World } from './world.ts';

const SLOW_MS = 30_000;
let world: World;
let narInfos: ReadonlyMap<StorePathHash, NarInfo>;
beforeAll(async () => {
  world = await createWorld(DEMO_SEED);
  narInfos = new Map([...world.store].map(([hash, { narInfo }]) => [hash, parseNarInfo(narInfo)]));
}, SLOW_MS);

const unpacked = (narInfo: NarInfo) =>
  pipeline(Readable.from([world.objects.get(narInfo.url)]), decompressor(narInfo.compression), () => undefined);

async function listedIn({ files }: Release): Promise<readonly StorePath[]> {
  const paths: StorePath[] = [];
  const list = pipeline(Readable.from([files.get('store-paths.xz')]), decompressor('xz'), () => undefined);
  for await (const line of lines(list)) paths.push(parseStorePath(line));
  return paths;
}

function closureOf(roots: readonly StorePath[]): ReadonlySet<StorePathHash> {
  const seen = new Set<StorePathHash>();
  const open = [...roots];
  for (let path = open.pop(); path; path = open.pop()) {
    if (seen.has(path.hash)) continue;
    seen.add(path.hash);
    open.push(...(narInfos.get(path.hash)?.references ?? []));
  }
  return seen;
}

/** Store paths one above the other. */
function depthsOf(): ReadonlyMap<StorePathHash, number> {
  const depths = new Map<StorePathHash, number>();
  const depthOf = (hash: StorePathHash): number => {
    const known = depths.get(hash);
    if (known !== undefined) return known;
    const others = (narInfos.get(hash)?.references ?? []).filter((reference) => reference.hash !== hash);
    const depth = 1 + Math.max(0, ...others.map((reference) => depthOf(reference.hash)));
    depths.set(hash, depth);
    return depth;
  };
  for (const hash of narInfos.keys()) depthOf(hash);
  return depths;
}

const share = (part: Iterable<unknown>, whole: Iterable<unknown>): number => [...part].length / [...whole].length;

describe('the demo’s world', () => {
  it('signs every narinfo, and has every reference', () => {
    expect(narInfos.size).toBeGreaterThan(300);
    for (const [hash, narInfo] of narInfos) {
      expect(narInfo.storePath.hash).toBe(hash);
      expect(verifiedBy(narInfo, [world.publicKey])).toBe('copycat-demo-1');
      for (const reference of narInfo.references) expect(narInfos.has(reference.hash)).toBe(true);
    }
  });

  it(
    'has every NAR as its narinfo says, in all three compressions, under upstream’s kinds of key',
    async () => {
      const compressions = new Set<string>();
      for (const narInfo of narInfos.values()) {
        const { compression, url, narHash, narSize, fileHash, fileSize } = narInfo;
        const file = world.objects.get(url) ?? Buffer.alloc(0);
        expect(sha256Of(createHash('sha256').update(file).digest())).toBe(fileHash);
        expect(file.length).toBe(fileSize);
        const hash = createHash('sha256');
        let size = 0;
        await listNar(
          (async function* () {
            for await (const chunk of unpacked(narInfo)) {
              hash.update(chunk);
              size += chunk.length;
              yield chunk;
            }
          })(),
        );
        expect([sha256Of(hash.digest()), size]).toEqual([narHash, narSize]);
        const name = (compression === 'xz' ? fileHash : narHash)?.slice('sha256:'.length);
        expect(url).toBe(`nar/${name}.nar${{ xz: '.xz', zstd: '.zst', none: '' }[compression]}`);
        compressions.add(compression);
      }
      expect([...compressions].sort()).toEqual(['none', 'xz', 'zstd']);
    },
    SLOW_MS,
  );

  it('is some tens of megabytes', () => {
    const bytes = [...world.store.values()].reduce((sum, { narSize }) => sum + narSize, 0);
    expect(bytes).toBeGreaterThan(20e6);
    expect(bytes).toBeLessThan(60e6);
  });

  it('has a closure more than ten levels deep, self-references, and outputs of all kinds', () => {
    expect(Math.max(...depthsOf().values())).toBeGreaterThanOrEqual(10);
    const selves = [...narInfos.values()].filter(({ storePath, references }) =>
      references.some(({ hash }) => hash === storePath.hash),
    );
    expect(share(selves, narInfos)).toBeGreaterThan(0.1);
    for (const output of ['dev', 'doc', 'man', 'lib', 'bin', 'debug'])
      expect([...narInfos.values()].some(({ storePath }) => storePath.name.endsWith(`-${output}`))).toBe(true);
  });

  it('has debug information by build ids', async () => {
    const debug = [...narInfos.values()].find(({ storePath }) => storePath.name.startsWith('openssl-3.6.0-debug'));
    const listing =
      debug &&
      JSON.stringify((await listNar(unpacked(debug))).root, (_key, value) =>
        value instanceof Map ? Object.fromEntries(value) : value,
      );
    expect(listing).toMatch(/"lib".*"debug".*"\.build-id".*"[0-9a-f]{2}".*"[0-9a-f]{38}\.debug"/);
  });

  it('has content-addressed paths whose names follow from their NARs', () => {
    const addressed = [...narInfos.values()].filter(({ ca }) => ca !== undefined);
    expect(addressed.length).toBeGreaterThanOrEqual(2);
    for (const { ca, narHash, storePath, references } of addressed) {
      expect(ca).toBe(`fixed:r:${narHash}`);
      expect(references).toEqual([]);
      expect(contentAddressedPath(storePath.name, narHash)).toEqual(storePath);
    }
  });

  it('has a NAR that two store paths share', () => {
    const sharing = Map.groupBy(narInfos.values(), ({ url }) => url).values();
    expect([...sharing].filter((paths) => paths.length > 1).length).toBeGreaterThanOrEqual(1);
  });

  it('has three channels of three releases, two of which share their last part', () => {
    expect([...world.channels.keys()]).toEqual(['nixos-unstable', 'nixos-unstable-small', 'nixpkgs-unstable']);
    for (const releases of world.channels.values()) expect(releases).toHaveLength(3);
    const names = [...world.releases.keys()].filter((prefix) => prefix.startsWith('nixos/')).map(releaseName);
    expect(new Set(names).size).toBe(names.length - 1);
  });

  it('lists a release’s files with their very SHA-256', () => {
    for (const { page, files, revision } of world.releases.values()) {
      const parsed = parseReleasePage(page.toString());
      expect(parsed.revision).toBe(revision);
      expect(parsed.files.map(({ name }) => name)).toEqual([...files.keys()]);
      for (const { name, sha256 } of parsed.files)
        expect(
          createHash('sha256')
            .update(files.get(name) ?? '')
            .digest('hex'),
        ).toBe(sha256);
    }
  });

  it('has lists that are not closed, and changes a little from release to release', async () => {
    for (const releases of world.channels.values()) {
      const lists = await Promise.all(releases.map((prefix) => listedIn(world.releases.get(prefix) as Release)));
      for (const [index, list] of lists.entries()) {
        expect(closureOf(list).size).toBeGreaterThan(list.length + 2);
        const before = new Set(lists[index - 1]?.map(formatBaseName) ?? []);
        if (index === 0) continue;
        const changed = share(
          list.filter((path) => !before.has(formatBaseName(path))),
          list,
        );
        expect(changed).toBeGreaterThan(0.02);
        expect(changed).toBeLessThan(0.4);
      }
    }
  });

  it('has one listed path missing, and one corrupt in mid-closure, in every release of a large channel', async () => {
    const { missing, corrupt, blocked, hello } = world.landmarks;
    for (const release of world.releases.values()) {
      if (release.small) continue;
      const list = await listedIn(release);
      for (const path of [missing, corrupt, blocked, hello]) expect(list).toContainEqual(path);
    }
    expect(closureOf([blocked])).toContain(corrupt.hash);
    expect(narInfos.get(corrupt.hash)?.references.length).toBeGreaterThan(0);
    expect(closureOf([hello])).not.toContain(corrupt.hash);
    expect(world.faults.map(({ kind, path }) => [kind, path.hash])).toEqual([
      ['missing', missing.hash],
      ['corrupt', corrupt.hash],
    ]);
    for (const { key, served } of world.faults) expect(served && world.objects.get(key)?.equals(served)).toBeFalsy();
  });

  it(
    'is the same again from the same seed',
    async () => {
      const again = await createWorld(DEMO_SEED);
      expect(digestsOf(again)).toEqual(digestsOf(world));
    },
    SLOW_MS,
  );
});

/** Comparing buffers byte by byte takes a test runner minutes. */
function digestsOf({ objects, releases }: World): ReadonlyMap<string, string> {
  const files = [...releases.values()].flatMap(({ prefix, page, files }): [string, Buffer][] => [
    [prefix, page],
    ...[...files].map(([name, bytes]): [string, Buffer] => [`${prefix}/${name}`, bytes]),
  ]);
  return new Map([...objects, ...files].map(([key, bytes]) => [key, createHash('sha256').update(bytes).digest('hex')]));
}
