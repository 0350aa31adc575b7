import { InvalidConfig } from '../../shared/errors.ts';
import { formatStorePath } from '../../shared/nix/store-path.ts';
import { pathNamed } from '../../shared/testing/store-objects.ts';
import type { Letter } from './letter.ts';
import { isMeant, type LetterFilter, type LetterOptions, readLetterFilter, requireMeantDrop } from './letter-filter.ts';

const hello = pathNamed('hello-2.12.1');
const letter: Letter = {
  message: {},
  body: '',
  code: 'UPSTREAM_FAILED',
  reason: 'GET https://cache.nixos.org/nar/x: answered 503',
  at: new Date('2026-11-25T06:00:00Z'),
  hash: hello.hash,
  readable: true,
};
const now = new Date('2026-11-25T08:00:00Z');

it('lets nothing be dropped that is not named, and meant', () => {
  const [all, some] = [readLetterFilter({}), readLetterFilter({ code: ['MALFORMED'] })];
  const said =
    (filter: LetterFilter, yes: boolean, dryRun = false) =>
    () =>
      requireMeantDrop(filter, { yes, dryRun });
  expect(said(all, true)).toThrow(
    expect.objectContaining({ facts: { problems: [expect.stringContaining('--code')] } }),
  );
  expect(said(some, false)).toThrow(
    expect.objectContaining({ facts: { problems: [expect.stringContaining('--yes')] } }),
  );
  expect(said(some, true)).not.toThrow();
  expect(said(some, false, true)).not.toThrow();
});

describe('a filter of dead letters', () => {
  it.each<[string, LetterOptions, boolean]>([
    ['nothing', {}, true],
    ['its code', { code: ['UPSTREAM_FAILED'] }, true],
    ['another code', { code: ['MALFORMED'] }, false],
    ['one of two codes', { code: ['MALFORMED', 'UPSTREAM_FAILED'] }, true],
    ['words of its reason', { reason: ['Answered 503'] }, true],
    ['other words', { reason: ['answered 404'] }, false],
    ['its hash', { path: [hello.hash] }, true],
    ['its path', { path: [formatStorePath(hello)] }, true],
    ['another path', { path: [pathNamed('glibc').hash] }, false],
    ['what is as old', { older: '1h' }, true],
    ['what is older', { older: '3h' }, false],
    ['what is younger', { newer: '3h' }, true],
    ['what is yet younger', { newer: '1h' }, false],
    ['its code and another path', { code: ['UPSTREAM_FAILED'], path: [pathNamed('glibc').hash] }, false],
  ])('of %s', (_what, options, meant) => {
    expect(isMeant(letter, readLetterFilter(options), now)).toBe(meant);
  });

  it('says all that is wrong at once', () => {
    const read = () => readLetterFilter({ path: ['hello'], older: 'long', newer: '1h' });
    expect(read).toThrow(InvalidConfig);
    expect(read).toThrow(/--path must be .*; --older must be /);
  });
});
