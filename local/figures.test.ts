import { count, counted, duration, size } from './figures.ts';

it.each([
  [0, '0'],
  [999, '999'],
  [1_000, '1,000'],
  [1_234_567, '1,234,567'],
])('counts %d', (number, text) => expect(count(number)).toBe(text));

it.each([
  [0, '0 paths'],
  [1, '1 path'],
  [2, '2 paths'],
])('knows one of %d', (number, text) => expect(counted(number, 'path')).toBe(text));

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.00 kB'],
  [12_345_678, '12.3 MB'],
  [425e12, '425.0 TB'],
  [425e16, '4250000.0 TB'],
])('says how much %d bytes are', (bytes, text) => expect(size(bytes)).toBe(text));

it.each([
  [0, '0 s'],
  [1, '1 s'],
  [99_000, '99 s'],
  [120_000, '2 min'],
  [7_500_000, '2 h 5 min'],
])('says how long %d ms are', (ms, text) => expect(duration(ms)).toBe(text));
