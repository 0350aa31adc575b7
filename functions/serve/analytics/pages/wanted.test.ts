import { packageNameIn } from '../package-name.ts';
import { addressOf, wantedIn } from './wanted.ts';

const BOTH = ['range', 'q'] as const;

describe('what a page is asked for', () => {
  it.each([
    [undefined, { range: '30d', text: '' }],
    ['', { range: '30d', text: '' }],
    ['range=1y', { range: '1y', text: '' }],
    ['q=+gtk%2B+&range=24h', { range: '24h', text: 'gtk+' }],
    ['q=', { range: '30d', text: '' }],
  ])('%s is understood', (query, wanted) => expect(wantedIn(query, BOTH)).toEqual(wanted));

  it.each([
    ['range=2d', 'The parameter range is one of 24h, 7d, 30d, 1y.'],
    ['range=', 'The parameter range is one of 24h, 7d, 30d, 1y.'],
    ['range=7d&range=7d', 'The parameter range is given more than once.'],
    ['q=a&q=b', 'The parameter q is given more than once.'],
    ['days=7', 'This page knows no other parameter than range and q.'],
    [`q=${'x'.repeat(212)}`, 'The parameter q is longer than the 211 characters that a name has.'],
  ])('%s is not, and the answer names the parameter', (query, words) => expect(wantedIn(query, BOTH)).toBe(words));

  it('has an address that says it, and no more', () => {
    expect(addressOf('/packages', {})).toBe('/packages');
    expect(addressOf('/packages', { range: '7d', text: 'a&b=<' })).toBe('/packages?q=a%26b%3D%3C&range=7d');
  });
});

describe('the name of a package in an address', () => {
  it.each([
    ['hello', 'hello'],
    ['gtk%2B', 'gtk+'],
    ['gtk+', 'gtk+'],
    ['what%3F', 'what?'],
    ['x'.repeat(211), 'x'.repeat(211)],
  ])('%s is one', (encoded, name) => expect(packageNameIn(encoded)).toBe(name));

  it.each(['', '..', '.', 'a/b', 'a%2Fb', '%', '%00', 'a b', '%3Cscript%3E', 'ü', 'x'.repeat(212)])(
    '%s is none',
    (encoded) => expect(packageNameIn(encoded)).toBeUndefined(),
  );
});
