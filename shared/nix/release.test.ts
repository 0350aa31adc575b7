import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Malformed } from '../errors.ts';
import { describeWithReference } from '../testing/reference.ts';
import { parseChannelName, parseReleasePrefix, releaseName } from './release.ts';

describe('a release', () => {
  it.each([
    ['nixos/unstable/nixos-26.11pre1077996.6774f7bc2537', 'nixos-26.11pre1077996.6774f7bc2537'],
    ['nixpkgs/nixpkgs-26.11pre1077996.6774f7bc2537', 'nixpkgs-26.11pre1077996.6774f7bc2537'],
    ['nixpkgs/26.05-darwin/nixpkgs-darwin-26.05pre1.abc', 'nixpkgs-darwin-26.05pre1.abc'],
  ])('%s is called %s', (text, name) => {
    expect(releaseName(parseReleasePrefix(text))).toBe(name);
  });

  it.each([
    '',
    'nixos',
    'nixos/',
    '/nixos/x',
    'nixos//x',
    'nixos/../x',
    'nixos/./x',
    'a/b/c/d/e',
    'a/b c',
    'a/b\n',
    'a/%2e',
    'nixos/unstable/nixos-26.11pre1.abc/nixos-minimal-26.11pre1.abc-x86_64-linux.iso',
  ])('is not %j', (text) => {
    expect(() => parseReleasePrefix(text)).toThrow(Malformed);
  });
});

describe('a channel', () => {
  it.each(['', '.hidden', '-flag', '..', 'nixos/unstable', 'nixos unstable', 'nixos-unstable\n', 'x'.repeat(101)])(
    'is not called %j',
    (text) => {
      expect(() => parseChannelName(text)).toThrow(Malformed);
    },
  );
});

describeWithReference('real channels and releases', (reference) => {
  it('of five years of history all parse', () => {
    const history = join(reference, 'data/channel-history');
    const channels = readdirSync(history);
    expect(channels.map(parseChannelName)).toHaveLength(49);
    const prefixes = channels
      .map((channel) => join(history, channel, 'history-url'))
      .filter((file) => existsSync(file))
      .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
      .flatMap((line) => /^https:\/\/(?:releases\.nixos\.org|nixos\.org\/releases)\/(\S+) \d+$/.exec(line)?.[1] ?? []);
    expect(prefixes.length).toBeGreaterThan(3_000);
    expect(prefixes.map(parseReleasePrefix)).toEqual(prefixes);
  });

  it('of the current list parse', () => {
    const list = readFileSync(join(reference, 'data/channels/channels.nix'), 'utf8');
    const names = Array.from(list.matchAll(/^ {4}"([^"]+)" = \{/gm), ([, name = '']) => name);
    expect(names).toHaveLength(9);
    expect(names.map(parseChannelName)).toEqual(names);
  });

  it.each([
    'nixos/nixos-26.05.1.a/manifest.json',
    'nixos/unstable/store-paths.xz',
    'nixos/unstable/fan-out.ndjson.zst',
  ])('refuses %s: it would be a file of another release', (text) => {
    expect(() => parseReleasePrefix(text)).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
  });
});
