import fc from 'fast-check';
import { Malformed } from '../errors.ts';
import { decodeNix32, encodeNix32, nix32Length } from './nix32.ts';

const bytes = fc.uint8Array({ maxLength: 70 });

describe('nix32', () => {
  it('writes the SHA-256 of nothing as Nix does', () => {
    const digest = Buffer.from('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'hex');
    expect(encodeNix32(digest)).toBe('0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73');
  });

  it('gives back what it was given', () => {
    fc.assert(fc.property(bytes, (value) => decodeNix32(encodeNix32(value)).equals(value)));
  });

  it('has one text for each value: what it reads, it writes the same', () => {
    const texts = fc.string({ unit: fc.constantFrom(...'0123456789abcdfghijklmnpqrsvwxyz'), maxLength: 60 });
    let read = 0;
    fc.assert(
      fc.property(texts, (text) => {
        try {
          const value = decodeNix32(text);
          read++;
          return encodeNix32(value) === text;
        } catch (error) {
          return error instanceof Malformed;
        }
      }),
    );
    expect(read).toBeGreaterThan(0);
  });

  it.each([
    [0, 0],
    [1, 2],
    [20, 32],
    [32, 52],
    [64, 103],
  ])('takes for %i bytes %i characters', (size, length) => {
    expect(nix32Length(size)).toBe(length);
    expect(encodeNix32(new Uint8Array(size))).toHaveLength(length);
  });

  it.each([
    ['a letter it has not', 'e0'],
    ['upper case', 'A0'],
    ['spare bits that are not zero', 'zz'],
    ['spare bits in a SHA-256', 'b'.repeat(52)],
    ['a length that no bytes have', '0'],
    ['another such length', '000'],
  ])('refuses %s', (_what, text) => {
    expect(() => decodeNix32(text, 'some field')).toThrow(
      expect.objectContaining({ code: 'MALFORMED', facts: { field: 'some field' } }),
    );
  });
});
