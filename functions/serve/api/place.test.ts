import fc from 'fast-check';
import { placeIn } from './place.ts';

const ENDPOINTS = ['/api/packages', '/api/packages/{pname}', '/api/packages/{pname}/daily'].map((path) => ({ path }));

describe('the endpoint of a path', () => {
  it.each([
    ['/api/packages', '/api/packages', []],
    ['/api/packages/glibc', '/api/packages/{pname}', [['pname', 'glibc']]],
    ['/api/packages/libstdc%2B%2B/daily', '/api/packages/{pname}/daily', [['pname', 'libstdc++']]],
    ['/api/packages/daily', '/api/packages/{pname}', [['pname', 'daily']]],
    ['/api/packages/', '/api/packages/{pname}', [['pname', '']]],
    ['/api/packages/%2F', '/api/packages/{pname}', [['pname', '/']]],
    ['/api/packages/%ff', '/api/packages/{pname}', undefined],
  ])('%s is %s', (asked, path, said) => {
    expect(placeIn(ENDPOINTS, asked)).toEqual({ endpoint: { path }, said });
  });

  it.each(['', '/', '/api', '/api/packages/a/b', '/api/packages/a/daily/b', '/API/packages', '//api/packages'])(
    'is none for %s',
    (asked) => expect(placeIn(ENDPOINTS, asked)).toBeUndefined(),
  );

  it('gives back the name that was asked for, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        const place = placeIn(ENDPOINTS, `/api/packages/${encodeURIComponent(name)}/daily`);
        expect(place?.said).toEqual([['pname', name]]);
      }),
    );
  });
});
