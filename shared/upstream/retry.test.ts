import fc from 'fast-check';
import { isWorthRetrying, MOST_RETRY_AFTER_MS, parseRetryAfter, planRetry } from './retry.ts';

const NOW = Date.parse('Sun, 06 Nov 1994 08:49:37 GMT');

it.each([200, 206, 301, 304, 400, 401, 403, 404, 410, 416, 451, 501, 505, 511])('%i is an answer', (status) => {
  expect(isWorthRetrying(status)).toBe(false);
});

it.each([408, 429, 500, 502, 503, 504])('%i may pass', (status) => {
  expect(isWorthRetrying(status)).toBe(true);
});

describe('planRetry', () => {
  it.each([
    ['no answer: up to a quarter of a second', { attempt: 1 }, 0.5, 125],
    ['and twice that the next time', { attempt: 2 }, 0.5, 250],
    ['a broken server likewise', { attempt: 3, status: 500 }, 0.5, 500],
    ['an overloaded one gets seconds', { attempt: 1, status: 503 }, 0.5, 2_500],
    ['and twice that', { attempt: 2, status: 429 }, 0.5, 5_000],
    ['the dice may say at once', { attempt: 3, status: 429 }, 0, 0],
    ['what it asks for is kept', { attempt: 1, status: 503, retryAfterMs: 1_000 }, 0, 1_000],
    ['or a little more', { attempt: 1, status: 503, retryAfterMs: 1_000 }, 0.5, 1_125],
    ['two minutes are waited for', { attempt: 1, status: 429, retryAfterMs: 120_000 }, 0, 120_000],
    ['longer is the caller’s', { attempt: 1, status: 429, retryAfterMs: 120_001 }, 0, undefined],
    ['the last attempt is the last', { attempt: 4, status: 503, retryAfterMs: 1 }, 0, undefined],
  ])('%s', (_rule, failure, random, wait) => {
    expect(planRetry(failure, 4, random)).toBe(wait);
  });

  it('never waits less than asked, nor much longer than it promises', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom(undefined, 429, 500, 503),
        fc.option(fc.nat({ max: 2 * MOST_RETRY_AFTER_MS }), { nil: undefined }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempt, status, retryAfterMs, random) => {
          const failure = { attempt, ...(status && { status }), ...(retryAfterMs !== undefined && { retryAfterMs }) };
          const wait = planRetry(failure, 100, random);
          if (retryAfterMs !== undefined && retryAfterMs > MOST_RETRY_AFTER_MS) return expect(wait).toBeUndefined();
          expect(wait).toBeGreaterThanOrEqual(retryAfterMs ?? 0);
          return expect(wait).toBeLessThan((retryAfterMs ?? 60_000) + 250);
        },
      ),
    );
  });
});

describe('parseRetryAfter', () => {
  it.each([
    ['seconds', '120', 120_000],
    ['none', '0', 0],
    ['a date', 'Sun, 06 Nov 1994 08:49:47 GMT', 10_000],
    ['a date that has passed', 'Sun, 06 Nov 1994 08:00:00 GMT', 0],
    ['nothing', undefined, undefined],
    ['an empty one', '', undefined],
    ['a negative number', '-1', undefined],
    ['a fraction', '1.5', undefined],
    ['words', 'soon', undefined],
    ['a date of another kind', '2026-01-01', undefined],
    ['a date that is none', 'Sun, 99 Nov 1994 99:49:37 GMT', undefined],
  ])('reads %s', (_kind, header, expected) => {
    expect(parseRetryAfter(header, NOW)).toBe(expected);
  });
});
