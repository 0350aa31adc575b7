import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Malformed } from '../errors.ts';
import { describeWithReference } from '../testing/reference.ts';
import {
  formatBaseName,
  formatStorePath,
  parseStorePath,
  parseStorePathBaseName,
  parseStorePathHash,
} from './store-path.ts';

const HASH = '00bgd045z0d4icpbc2yyz4gx48ak44la';
const characters = (from: string) => fc.constantFrom(...from);
const hashes = fc.string({ unit: characters('0123456789abcdfghijklmnpqrsvwxyz'), minLength: 32, maxLength: 32 });
const names = fc
  .string({ unit: characters('abcXYZ019+-._?='), minLength: 1, maxLength: 211 })
  .filter((name) => !/^\.{1,2}(?:-|$)/.test(name));

describe('store paths', () => {
  it('are their hash and their name', () => {
    expect(parseStorePath(`/nix/store/${HASH}-net-tools-1.60_p20170221182432`)).toEqual({
      hash: HASH,
      name: 'net-tools-1.60_p20170221182432',
    });
  });

  it('are written as they were read, with the store and without', () => {
    fc.assert(
      fc.property(hashes, names, (hash, name) => {
        const baseName = `${hash}-${name}`;
        expect(formatBaseName(parseStorePathBaseName(baseName))).toBe(baseName);
        expect(formatStorePath(parseStorePath(`/nix/store/${baseName}`))).toBe(`/nix/store/${baseName}`);
      }),
    );
  });

  it('throw nothing but Malformed, whatever the text', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.string().map((name) => `/nix/store/${HASH}-${name}`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          return formatStorePath(parseStorePath(text, 'StorePath')) === text;
        } catch (error) {
          return error instanceof Malformed && error.facts.field === 'StorePath';
        }
      }),
    );
  });

  it.each([
    ['every character that Nix allows', 'aZ09+-._?='],
    ['a leading dot', '.gitignore'],
    ['dots that are not the whole of what stands before a dash', '...-x'],
    ['the longest', 'x'.repeat(211)],
  ])('may have a name of %s', (_what, name) => {
    expect(parseStorePathBaseName(`${HASH}-${name}`).name).toBe(name);
  });

  it.each([
    ['no name', `${HASH}-`],
    ['no dash', `${HASH}hello`],
    ['a hash alone', HASH],
    ['a letter that nix32 has not', `e${HASH.slice(1)}-hello`],
    ['an upper case hash', `${HASH.toUpperCase()}-hello`],
    ["the name '.'", `${HASH}-.`],
    ["the name '..'", `${HASH}-..`],
    ["a name that starts with '.-'", `${HASH}-.-x`],
    ["a name that starts with '..-'", `${HASH}-..-x`],
    ['a name too long', `${HASH}-${'x'.repeat(212)}`],
    ['a slash in the name', `${HASH}-a/b`],
    ['a space in the name', `${HASH}-a b`],
    ['a line break at the end', `${HASH}-hello\n`],
    ['a letter beyond ASCII', `${HASH}-häagen`],
    ['the full path', `/nix/store/${HASH}-hello`],
  ])('may not have as base name %s', (_what, text) => {
    expect(() => parseStorePathBaseName(text, 'References')).toThrow(
      expect.objectContaining({ code: 'MALFORMED', facts: { field: 'References' } }),
    );
  });

  it.each([`/gnu/store/${HASH}-hello`, `${HASH}-hello`, `/nix/store/${HASH}-hello/bin/hello`])(
    'are in /nix/store, unlike %s',
    (text) => {
      expect(() => parseStorePath(text)).toThrow(Malformed);
    },
  );

  it.each(['../etc/passwd', `${HASH}0`, `${HASH}\n`, ''])('have no hash like %j', (text) => {
    expect(() => parseStorePathHash(text)).toThrow(Malformed);
  });
});

describeWithReference('real store paths', (reference) => {
  it.each([
    ['real-store-paths.txt', 23_424],
    ['ihp-closure.txt', 1_121],
  ])('of %s all parse', (file, count) => {
    const paths = readFileSync(join(reference, 'data/store-paths', file), 'utf8')
      .trim()
      .split('\n');
    expect(paths).toHaveLength(count);
    expect(paths.map((path) => formatStorePath(parseStorePath(path)))).toEqual(paths);
  });
});
