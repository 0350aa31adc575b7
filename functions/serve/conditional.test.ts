import { isMatch, isNotModified, isSameAs } from './conditional.ts';

const version = { etag: '"a"', lastModified: new Date('2026-11-24T10:00:00.700Z') };
const then = 'Tue, 24 Nov 2026 10:00:00 GMT';
const earlier = 'Tue, 24 Nov 2026 09:59:59 GMT';

describe('isMatch', () => {
  it.each([
    ['"a"', true],
    ['W/"a"', true],
    ['"b", "a"', true],
    ['"b",W/"a"', true],
    ['*', true],
    ['"b"', false],
    ['a', false],
    [undefined, false],
  ])('%s', (header, expected) => {
    expect(isMatch(header, '"a"')).toBe(expected);
  });
});

describe('isNotModified', () => {
  it.each([
    ['nothing is asked', {}, false],
    ['it has this one', { ifNoneMatch: '"a"' }, true],
    ['it has another one', { ifNoneMatch: '"b"' }, false],
    ['it has that of the same second', { ifModifiedSince: then }, true],
    ['it has an earlier one', { ifModifiedSince: earlier }, false],
    ['it has one of later', { ifModifiedSince: 'Wed, 25 Nov 2026 10:00:00 GMT' }, true],
    ['the date is none', { ifModifiedSince: 'yesterday' }, false],
    ['the date is impossible', { ifModifiedSince: 'Tue, 99 Nov 2026 10:00:00 GMT' }, false],
    ['the tag differs, whatever the date', { ifNoneMatch: '"b"', ifModifiedSince: then }, false],
  ])('%s', (_rule, asked, expected) => {
    expect(isNotModified(asked, version)).toBe(expected);
  });
});

describe('isSameAs', () => {
  it.each([
    [undefined, true],
    ['"a"', true],
    ['W/"a"', false], // bytes are put together: weakly equal is not enough
    ['"b"', false],
    [then, true],
    [earlier, false],
    ['*', false],
  ])('%s', (header, expected) => {
    expect(isSameAs(header, version)).toBe(expected);
  });
});
