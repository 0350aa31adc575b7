import { ago, briefly, counted, lasting, latency, moment, percent, sized, took } from './words.ts';

const plain = (text: unknown) => String(text).replaceAll('\u202f', ' ');

describe('words', () => {
  it.each([
    [0, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [6_420_000, '1 h 47 min'],
    [7_200_000, '2 h'],
    [90_000_000, '1 day 1 h'],
    [864_000_000, '10 days'],
    [-5, '0 s'],
  ])('says %i ms as %s', (ms, words) => expect(plain(lasting(ms))).toBe(words));

  it.each([
    [0, '0'],
    [999, '999'],
    [98_412, '98 412'],
    [1_234_567, '1 234 567'],
  ])('groups %i as %s', (count, words) => expect(plain(counted(count))).toBe(words));

  it.each([
    [0, '0 B'],
    [1_023, '1023 B'],
    [1_536, '1.5 KiB'],
    [205 * 2 ** 30, '205 GiB'],
  ])('says %i bytes as %s', (bytes, words) => expect(plain(sized(bytes))).toBe(words));

  it.each([
    [0, '0'],
    [999, '999'],
    [1_000, '1 k'],
    [57_670, '57.7 k'],
    [99_949, '99.9 k'],
    [99_951, '100 k'],
    [345_400, '345 k'],
    [999_499, '999 k'],
    [999_500, '1 M'],
    [10_213_334, '10.2 M'],
    [10 ** 9, '1 G'],
    [10 ** 15, '1000 T'],
  ])('says %i briefly as %s', (count, words) => expect(plain(briefly(count))).toBe(words));

  it('says a share of nothing as nothing', () => {
    expect([percent(2, 3), percent(0, 5), percent(0, 0)].map(plain)).toEqual(['66.7 %', '0.0 %', '–']);
  });

  it('tells microseconds apart where there are no more', () => {
    expect([0, 840, 1_000, 83_000, 1_240_000].map((us) => plain(took(us)))).toEqual([
      '0 µs',
      '840 µs',
      '1 ms',
      '83 ms',
      '1.2 s',
    ]);
  });

  it('says latencies in the unit that fits', () => {
    expect([0, 14.4, 999, 1_240].map((ms) => plain(latency(ms)))).toEqual(['under 1 ms', '14 ms', '999 ms', '1.2 s']);
  });

  it('says what has just been as just that', () => {
    expect([0, 1_999, 12_000].map((ms) => plain(ago(ms)))).toEqual(['just now', 'just now', '12 s ago']);
  });

  it('names the day only when it is another one', () => {
    const at = new Date('2026-11-23T09:45:10Z');
    expect(plain(moment(at, new Date('2026-11-23T12:00:00Z')))).toBe(
      '<time datetime="2026-11-23T09:45:10.000Z">09:45</time>',
    );
    expect(plain(moment(at, new Date('2026-11-24T12:00:00Z')))).toContain('>23 Nov, 09:45<');
  });
});
