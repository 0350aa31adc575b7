import fc from 'fast-check';
import { checkKey, getText, isKey, isWithin } from './bucket.ts';
import { memoryBucket } from './memory.ts';

describe('checkKey', () => {
  it.each(['nix-cache-info', 'nar/1b2c.nar.xz', 'a/.b/...', 'x'.repeat(250), "log/a+b_c-d=e?f!@~:%,&' ()$*"])(
    'takes %j',
    (key) => {
      expect(checkKey(key)).toBe(key);
    },
  );

  it.each([
    ...['', '.', '..', '/', '/a', 'a/', 'a//b', '../a', 'a/..', 'a/../b', 'a/./b', '.a', '.meta/a.json'],
    ...['a\\b', 'a\0', 'a\n', '\ta', 'a#b', 'é', 'a\u2028', '\ud800', 'x'.repeat(251), 'x/'.repeat(600).concat('x')],
  ])('refuses %j', (key) => {
    expect(() => checkKey(key)).toThrow(expect.objectContaining({ code: 'MALFORMED', facts: { field: 'key' } }));
  });

  it('takes nothing that leads out of a directory, or that a path would write otherwise', () => {
    const part = fc.constantFrom('a', '.', '..', '/', '\\', '.a', '\0', ' ');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const key = parts.join('');
        fc.pre(isKey(key));
        expect(new URL(`file:///bucket/${encodeURI(key)}`).pathname).toBe(`/bucket/${encodeURI(key)}`);
        expect(key.startsWith('.')).toBe(false);
      }),
    );
  });
});

describe('isWithin', () => {
  it.each([
    [0, 0, 1, true],
    [0, 4, 5, true],
    [4, 4, 5, true],
    [0, 5, 5, false],
    [2, 1, 5, false],
    [-1, 1, 5, false],
    [0.5, 1, 5, false],
    [0, 0, 0, false],
  ])('bytes %d to %d of %d: %p', (first, last, size, expected) => {
    expect(isWithin({ first, last }, size)).toBe(expected);
  });
});

describe('getText', () => {
  it('reads an object as text, and nothing where there is none', async () => {
    const bucket = memoryBucket();
    await bucket.put('a', 'tëxt');
    expect(await getText(bucket, 'a')).toBe('tëxt');
    expect(await getText(bucket, 'b')).toBeUndefined();
  });
});
