import fc from 'fast-check';
import { accepts } from './accept-encoding.ts';

it.each([
  ['br', true],
  ['gzip, deflate, br, zstd', true],
  ['gzip;q=1.0, br;q=0.5', true],
  ['BR', true],
  ['*', true],
  ['gzip, *;q=0.1', true],
  ['gzip, deflate', false],
  ['br;q=0', false],
  ['br;q=0.0, *', false],
  ['*;q=0', false],
  ['identity', false],
  ['', false],
  [undefined, false],
  ['brotli', false],
])('%s', (header, expected) => {
  expect(accepts(header, 'br')).toBe(expected);
});

it('takes any header', () => {
  fc.assert(fc.property(fc.string(), (header) => typeof accepts(header, 'br') === 'boolean'));
});
