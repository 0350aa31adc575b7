import fc from 'fast-check';
import * as v from 'valibot';
import { PNAME, RANGE } from './fields.ts';
import { isRefusal, type Parameter, type Parameters, readParameters } from './parameters.ts';

const LIMIT: Parameter<number> = {
  schema: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000)),
  what: 'How many.',
  must: 'a whole number from 1 to 1000',
  fallback: 100,
};
const KNOWN = { range: RANGE, limit: LIMIT, pname: PNAME };

const wantedOf = (query: string | undefined, parameters: Parameters = KNOWN) => {
  const read = readParameters(parameters, query);
  if (isRefusal(read)) throw new Error(read.detail);
  return read.wanted;
};
const refusalOf = (query: string, parameters: Parameters = KNOWN) => {
  const read = readParameters(parameters, query);
  return isRefusal(read) ? read : undefined;
};

describe('the parameters of a question', () => {
  it.each([undefined, '', '&', 'range=', 'limit=&&range'])('have their defaults where nothing is said: %s', (query) => {
    expect(wantedOf(query)).toEqual({ range: '30d', limit: 100, pname: '' });
  });

  it('are decoded, and a plus is a plus', () => {
    expect(wantedOf('pname=libstdc++&limit=1000&range=%37d')).toEqual({
      range: '7d',
      limit: 1_000,
      pname: 'libstdc++',
    });
    expect(wantedOf('pname=libstdc%2B%2B').pname).toBe('libstdc++');
    expect(wantedOf('pname=a=b').pname).toBe('a=b');
  });

  it.each([
    ['range=8d', 'range', 'range must be one of 24h, 7d, 30d, 1y.'],
    ['range=7D', 'range', 'range must be one of 24h, 7d, 30d, 1y.'],
    ['range=7d&range=7d', 'range', 'range is given more than once.'],
    ['range=&range=7d', 'range', 'range is given more than once.'],
    ['limit=0', 'limit', 'limit must be a whole number from 1 to 1000.'],
    ['limit=1001', 'limit', 'limit must be a whole number from 1 to 1000.'],
    ['limit=1.5', 'limit', 'limit must be a whole number from 1 to 1000.'],
    ['limit=-1', 'limit', 'limit must be a whole number from 1 to 1000.'],
    ['limit=1e2', 'limit', 'limit must be a whole number from 1 to 1000.'],
    ['limit=%20 1', 'limit', 'limit must be a whole number from 1 to 1000.'],
    ['Range=7d', 'Range', 'Range is not a parameter of this. There are: range, limit, pname.'],
    ['__proto__=1', '__proto__', '__proto__ is not a parameter of this. There are: range, limit, pname.'],
    ['constructor', 'constructor', 'constructor is not a parameter of this. There are: range, limit, pname.'],
    ['<script>=1', '(another)', '(another) is not a parameter of this. There are: range, limit, pname.'],
    ['=1', '(another)', '(another) is not a parameter of this. There are: range, limit, pname.'],
    ['range=%ff', '(another)', 'What follows the question mark is not percent-encoded UTF-8.'],
    ['range=%', '(another)', 'What follows the question mark is not percent-encoded UTF-8.'],
  ])('are refused by name: %s', (query, parameter, detail) => {
    expect(refusalOf(query)).toEqual({ parameter, detail });
  });

  it('say so where there are none', () => {
    expect(refusalOf('x=1', {})?.detail).toBe('x is not a parameter of this. There are none here.');
  });

  it('in the path count, too: nobody says them again in the query', () => {
    expect(readParameters(KNOWN, 'pname=b', [['pname', 'a']])).toMatchObject({ parameter: 'pname' });
    for (const name of ['a/b', ''])
      expect(readParameters(KNOWN, '', [['pname', name]])).toMatchObject({ parameter: 'pname' });
  });

  it('are all that is read, and within their bounds, whatever is asked', () => {
    const name = fc.oneof(fc.constantFrom('range', 'limit', 'pname', 'q', '__proto__'), fc.string());
    const text = fc.oneof(fc.constantFrom('7d', '30d', '10', 'glibc', ''), fc.string({ unit: 'grapheme' }));
    const encoded = (part: fc.Arbitrary<string>) => fc.oneof(part, part.map(encodeURIComponent));
    const pair = fc.tuple(encoded(name), encoded(text)).map(([one, other]) => `${one}=${other}`);
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 4 }), (pairs) => {
        const read = readParameters(KNOWN, pairs.join('&'));
        if (isRefusal(read)) {
          expect(read.parameter).toMatch(/^(?:[A-Za-z0-9_.-]{1,64}|\(another\))$/);
          return;
        }
        expect(Object.keys(read.wanted).toSorted()).toEqual(['limit', 'pname', 'range']);
        expect(['24h', '7d', '30d', '1y']).toContain(read.wanted.range);
        expect(read.wanted.limit).toBeGreaterThanOrEqual(1);
        expect(read.wanted.limit).toBeLessThanOrEqual(1_000);
        expect(read.wanted.pname).toMatch(/^[A-Za-z0-9+._?=-]{0,211}$/);
      }),
    );
  });

  it('come back as they were said, if they may be said at all', () => {
    const pname = fc.stringMatching(/^[A-Za-z0-9+._?=-]{1,211}$/);
    fc.assert(
      fc.property(pname, fc.integer({ min: 1, max: 1_000 }), (one, limit) => {
        expect(wantedOf(`limit=${limit}&pname=${encodeURIComponent(one)}`)).toEqual({
          range: '30d',
          limit,
          pname: one,
        });
      }),
    );
  });
});
