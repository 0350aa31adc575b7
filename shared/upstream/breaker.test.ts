import fc from 'fast-check';
import { breakerKey, downAt, formatBreaker, isDown, parseBreaker, passageAt, upAt } from './breaker.ts';

const NOW = Date.parse('2026-11-23T00:00:00Z');
const down = (probeInMs: number) => ({ ...downAt(NOW, 'x'), probeAt: new Date(NOW + probeInMs).toISOString() });

describe('passageAt', () => {
  it.each([
    ['a host that nobody has called down is asked', undefined, { kind: 'pass' }],
    ['a host that is up again is asked', upAt(NOW), { kind: 'pass' }],
    ['a host that was just called down is not', downAt(NOW, 'x'), { kind: 'refuse', retryAfterMs: 10_000 }],
    ['nor a moment before the probe is due', down(1), { kind: 'refuse', retryAfterMs: 1 }],
    ['when it is due, there is one to be had', down(0), { kind: 'probe' }],
    ['a probe that never answered is followed by another', down(-60_000), { kind: 'probe' }],
    ['a clock that is ahead locks nobody out', down(3_600_000), { kind: 'probe' }],
  ])('%s', (_rule, record, expected) => {
    expect(passageAt(record, NOW)).toMatchObject(expected);
  });

  it('makes the next probe wait ten seconds for this one, and as long as its claim may take', () => {
    expect(passageAt(down(0), NOW)).toMatchObject({ claim: down(11_000) });
  });

  it.each([
    [undefined, 10_000],
    [1_000, 10_000],
    [60_000, 60_000],
    [86_400_000, 300_000],
  ])('keeps a Retry-After of %p ms for the probe as %d', (retryAfterMs, expected) => {
    expect(passageAt(downAt(NOW, 'x', retryAfterMs), NOW)).toEqual({ kind: 'refuse', retryAfterMs: expected });
  });
});

it.each([
  [200, false],
  [404, false],
  [408, false],
  [416, false],
  [429, true],
  [500, true],
  [503, true],
])('a host that answers %i is down: %p', (status, expected) => expect(isDown(status)).toBe(expected));

it('reads what it writes, and calls nothing down for what it can’t read', () => {
  expect(parseBreaker(formatBreaker(downAt(NOW, 'refused')))).toEqual(downAt(NOW, 'refused'));
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => parseBreaker(text) === undefined));
});

it.each(['cache.nixos.org', '127.0.0.1:8199', '[::1]:80'])('has a plain key for %s', (host) => {
  expect(breakerKey(host)).toMatch(/^upstream-breaker\/[a-z0-9._:-]+\.json$/);
});
