import fc from 'fast-check';
import { parseGlob } from './glob.ts';

describe('a pattern of names', () => {
  it.each([
    ['firefox-*', 'firefox-128.0', true],
    ['firefox-*', 'firefox', false],
    ['*', 'hello-2.12.1', true],
    ['hello', 'hello', true],
    ['hello', 'hello-2.12.1', false],
    ['*-debug', 'glibc-2.40-debug', true],
    ['glibc-?.40', 'glibc-2.40', true],
    ['glibc-?.40', 'glibc-22.40', false],
    ['*.drv', 'a.drv.b', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['', '', false],
  ])('%s and %s', (pattern, name, does) => {
    if (pattern === '') expect(() => parseGlob(pattern)).toThrow(RangeError);
    else expect(parseGlob(pattern)(name)).toBe(does);
  });

  it('means the same as a regular expression of it', () => {
    const character = fc.constantFrom('a', 'b', '-', '.');
    const pattern = fc.array(fc.oneof(character, fc.constantFrom('*', '?')), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(pattern, fc.string({ unit: character, maxLength: 12 }), (parts, name) => {
        const source = parts
          .map((part) => (part === '*' ? '.*' : part === '?' ? '.' : part.replace('.', '\\.')))
          .join('');
        expect(parseGlob(parts.join(''))(name)).toBe(new RegExp(`^${source}$`).test(name));
      }),
    );
  });

  it('ends soon, whatever it is', () => {
    expect(parseGlob('*a'.repeat(100))('a'.repeat(99))).toBe(false);
  });

  it('refuses what is no name', () => {
    for (const wrong of ['a b', 'a/b', '../*', 'a'.repeat(500)]) expect(() => parseGlob(wrong)).toThrow(RangeError);
  });
});
