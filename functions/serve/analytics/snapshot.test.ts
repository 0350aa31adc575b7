import fc from 'fast-check';
import * as v from 'valibot';
import { Malformed } from '../../../shared/errors.ts';
import { formatSnapshot, parseSnapshot } from './snapshot.ts';

const rows = v.array(v.object({ pname: v.string(), downloads: v.number() }));

it('reads what it wrote', () => {
  const found = fc.array(fc.record({ pname: fc.string(), downloads: fc.nat() }));
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }), found, (at, one) => {
      const written = { at, threshold: 10, found: one };
      expect(parseSnapshot(formatSnapshot(written), { schema: rows, threshold: 10 })).toEqual(written);
    }),
  );
});

it.each([
  ['', '(all)'],
  ['{"at":"2026-11-22T11:33:07.123Z","found":[]}', 'threshold'],
  ['{"at":"2026-11-22T11:33:07.123Z","threshold":9,"found":[]}', 'threshold'],
  ['{"at":"2026-11-22T11:33:07.123Z","threshold":10}', 'found'],
  ['{"at":"yesterday","threshold":10,"found":[]}', 'at'],
  ['{"at":"2026-11-22T11:33:07.123Z","threshold":10,"found":[{"pname":1,"downloads":2}]}', 'found.0.pname'],
])('names what is wrong with %j', (text, field) => {
  const parse = () => parseSnapshot(text, { schema: rows, threshold: 10 });
  expect(parse).toThrow(Malformed);
  expect(parse).toThrow(expect.objectContaining({ facts: { field } }));
});
