import fc from 'fast-check';
import { compareVersions } from './compare-versions.ts';

/** Those of Nix's own manual, and some more. */
const ORDERED = ['2.3pre1', '2.3', '2.3a', '2.3.1', '2.3.2', '2.10', '3', '20181018-git', '20181019'];
const version = fc.stringMatching(/^[0-9a-c.+_-]{0,12}$|^\d{1,2}(\.\d{1,2}){0,3}(pre\d)?$/);

describe('compareVersions', () => {
  it('orders versions as Nix does', () => {
    for (const [one, a] of ORDERED.entries())
      for (const [other, b] of ORDERED.entries())
        expect([a, b, compareVersions(a, b)]).toEqual([a, b, Math.sign(one - other)]);
  });

  it.each([
    ['1.0', '2.3', -1],
    ['2.1', '2.3', -1],
    ['2.3', '2.3', 0],
    ['2.5', '2.3', 1],
    ['3.1', '2.3', 1],
    ['2.3.1', '2.3', 1],
    ['2.3.1', '2.3a', 1],
    ['2.3pre1', '2.3', -1],
    ['2.3pre3', '2.3pre12', -1],
    ['2.3a', '2.3c', -1],
    ['2.3pre1', '2.3c', -1],
    ['2.3pre1', '2.3q', -1],
    ['', '', 0],
    ['007', '7', 0],
    ['1-2', '1.2', 0],
    ['123456789012345678901', '123456789012345678902', -1],
  ] as const)('%s and %s: %d', (a, b, order) => expect(compareVersions(a, b)).toBe(order));

  it('is the other way round the other way round', () =>
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(compareVersions(a, b) + compareVersions(b, a)).toBe(0);
        expect(compareVersions(a, a)).toBe(0);
      }),
    ));
});
