import fc from 'fast-check';
import { requestedRange } from './range.ts';

describe('requestedRange', () => {
  it('always lies within the object', () => {
    const header = fc.oneof(
      fc.string(),
      fc.tuple(fc.nat(30), fc.nat(30)).map(([a, b]) => `bytes=${a}-${b}`),
      fc.nat(30).map((n) => `bytes=-${n}`),
    );
    fc.assert(
      fc.property(header, fc.nat(20), (text, length) => {
        const range = requestedRange(text, length);
        if (typeof range === 'string') return;
        expect(range.first).toBeGreaterThanOrEqual(0);
        expect(range.first).toBeLessThanOrEqual(range.last);
        expect(range.last).toBeLessThan(length);
      }),
    );
  });

  it.each([
    ['bytes=0-0', { first: 0, last: 0 }],
    ['bytes=5-99', { first: 5, last: 9 }],
    ['bytes=-99', { first: 0, last: 9 }],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=5-4', 'whole'],
    ['bytes=1-2,4-5', 'whole'],
    ['items=1-2', 'whole'],
    ['bytes=-', 'whole'],
    [undefined, 'whole'],
  ])('reads %s of ten bytes', (header, expected) => {
    expect(requestedRange(header, 10)).toEqual(expected);
  });
});
