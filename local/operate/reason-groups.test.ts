import fc from 'fast-check';
import { pathNamed } from '../../shared/testing/store-objects.ts';
import { reasonGroups, reasonKind } from './reason-groups.ts';

const [a, b] = [pathNamed('a').hash, pathNamed('b').hash];
const at = (minute: number) => new Date(Date.UTC(2026, 10, 25, 0, minute));

describe('reasonGroups', () => {
  it('takes what differs in a hash or a count for the same', () => {
    const letters = [
      { code: 'X', reason: `the narinfo of ${a} breaks off after 1024 bytes`, at: at(1), hash: a },
      { code: 'X', reason: `the narinfo of ${b} breaks off after 7 bytes`, at: at(2), hash: b },
      { code: 'X', reason: 'answered 503', at: at(3), hash: undefined },
      { code: 'Y', reason: 'answered 503', at: at(4), hash: undefined },
    ];
    expect(reasonGroups(letters)).toEqual([
      { code: 'X', reason: 'the narinfo of … breaks off after … bytes', count: 2, newest: at(2), example: b },
      { code: 'X', reason: 'answered 503', count: 1, newest: at(3), example: undefined },
      { code: 'Y', reason: 'answered 503', count: 1, newest: at(4), example: undefined },
    ]);
  });

  it('keeps apart what answered differently', () => {
    expect(reasonKind('GET https://cache.nixos.org/x: answered 503')).not.toBe(
      reasonKind('GET https://cache.nixos.org/x: answered 404'),
    );
  });

  it('counts every letter once, whatever it says', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            code: fc.string(),
            reason: fc.string(),
            at: fc.nat(99).map(at),
            hash: fc.constantFrom(a, undefined),
          }),
        ),
        (letters) => {
          const groups = reasonGroups(letters);
          expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(letters.length);
        },
      ),
    ));
});
