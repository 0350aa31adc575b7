import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describeWithReference } from '../testing/reference.ts';
import { cacheObject, listingKey, narInfoKey } from './cache-object.ts';
import { parseStorePathHash } from './store-path.ts';

const HASH = '00bgd045z0d4icpbc2yyz4gx48ak44la';
const NIX32 = '1094wph9z4nwlgvsd53abfz8i117ykiv5dwnq9nnhz846s7xqd7d';
const HEX = '0123456789abcdef'.repeat(4);

describe('cacheObject', () => {
  it.each([
    ['/nix-cache-info', { kind: 'nix-cache-info', key: 'nix-cache-info' }],
    [`/${HASH}.narinfo`, { kind: 'narinfo', key: `${HASH}.narinfo`, hash: HASH }],
    [`/${HASH}.ls`, { kind: 'listing', key: `${HASH}.ls`, hash: HASH }],
    [`/nar/${NIX32}.nar.xz`, { kind: 'nar', key: `nar/${NIX32}.nar.xz` }],
    [`/nar/${NIX32}.nar`, { kind: 'nar', key: `nar/${NIX32}.nar` }],
    ['/nar/a%2Bb.nar', { kind: 'nar', key: 'nar/a+b.nar' }],
    [
      `/log/${HASH}-hello-2.12.1.drv`,
      { kind: 'log', key: `log/${HASH}-hello-2.12.1.drv`, path: { hash: HASH, name: 'hello-2.12.1.drv' } },
    ],
    [
      `/log/${HASH}-hello-2.12.1`,
      { kind: 'log', key: `log/${HASH}-hello-2.12.1`, path: { hash: HASH, name: 'hello-2.12.1' } },
    ],
    ['/debuginfo/05988c59', { kind: 'debuginfo', key: 'debuginfo/05988c59', buildId: '05988c59' }],
    ['/debuginfo/05988c59.debug', { kind: 'debuginfo', key: 'debuginfo/05988c59.debug', buildId: '05988c59' }],
    [`/realisations/sha256:${HEX}!out.doi`, { kind: 'realisation', key: `realisations/sha256:${HEX}!out.doi` }],
    [`/realisations/sha256%3A${HEX}%21out.doi`, { kind: 'realisation', key: `realisations/sha256:${HEX}!out.doi` }],
    [
      `/build-trace-v2/${HASH}-hello.drv/out.doi`,
      { kind: 'realisation', key: `build-trace-v2/${HASH}-hello.drv/out.doi` },
    ],
  ])('knows %s', (path, object) => {
    expect(cacheObject(path)).toEqual(object);
  });

  it.each([
    '',
    '/',
    'nix-cache-info',
    '//nix-cache-info',
    '/nix-cache-info/',
    `/${HASH}`,
    `/${HASH}.narinfo/`,
    `/${HASH}.narinfo\n`,
    `/e${HASH.slice(1)}.narinfo`, // nix32 has no e
    `/${HASH.toUpperCase()}.narinfo`,
    '/nar/',
    '/nar/..',
    '/nar/.meta',
    '/nar/a/b.nar',
    '/nar/a%2Fb.nar',
    '/nar/%2e%2e',
    '/nar/a%00.nar',
    '/nar/a%252Bb.nar', // encoded twice
    '/nar/%zz.nar',
    '/nar/%ff.nar', // not UTF-8
    '/nar/a\\b.nar',
    `/nar/${'x'.repeat(300)}`,
    `/log/${HASH}`,
    '/log/hello.drv',
    '/debuginfo/',
    '/debuginfo/XYZ',
    '/debuginfo/05988c59/x',
    '/realisations/x.doi',
    `/realisations/sha256:${HEX}!.doi`,
    `/build-trace-v2/${HASH}-hello/out.doi`,
    '/releases/nixos/x/manifest.json',
    '/.meta/nix-cache-info',
    '/staged/x',
  ])('knows nothing of %j', (path) => {
    expect(cacheObject(path)).toBeUndefined();
  });

  it('is the inverse of the keys', () => {
    const hash = parseStorePathHash(HASH);
    expect(cacheObject(`/${narInfoKey(hash)}`)).toMatchObject({ kind: 'narinfo', hash });
    expect(cacheObject(`/${listingKey(hash)}`)).toMatchObject({ kind: 'listing', hash });
  });

  it('never throws, and never gives a key that could leave the bucket', () => {
    const parts = fc.constantFrom(
      'nar',
      'log',
      '..',
      '.',
      '%2e',
      '%2F',
      HASH,
      '.narinfo',
      '.ls',
      '-x',
      '%',
      'debuginfo',
      '\\',
      '~',
    );
    const paths = fc.oneof(
      fc.webPath(),
      fc.array(parts).map((some) => `/${some.join('/')}`),
      fc.array(parts).map((some) => `/nar/${some.join('')}`),
    );
    fc.assert(
      fc.property(paths, (path) => {
        const key = cacheObject(path)?.key ?? 'none';
        expect(key).toMatch(/^[a-z0-9]/);
        expect(key.split('/')).not.toContain('..');
        expect(key).not.toMatch(/[\\%]|\/\/|\/$/);
      }),
    );
  });
});

describeWithReference('the files of a real cache', (reference) => {
  it('are all objects under their own names', () => {
    const cache = join(reference, 'upstream/small/cache');
    const files = readdirSync(cache, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(cache.length));
    expect(files.length).toBeGreaterThan(500);
    expect(files.filter((file) => cacheObject(file)?.key !== file.slice(1))).toEqual([]);
  });
});
