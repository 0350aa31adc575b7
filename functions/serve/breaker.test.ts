import { memoryLog } from '../../shared/log.ts';
import { pullBreaker } from './pull/pull-breaker.ts';

function breaker() {
  let time = 1_000;
  const log = memoryLog();
  const made = pullBreaker({ what: 'upstream', now: () => time, log });
  const fail = (times: number, retryAfterMs?: number) => {
    for (let i = 0; i < times; i += 1) made.failed({ reason: 'answered 503', retryAfterMs });
  };
  return {
    ...made,
    fail,
    log,
    pass(ms: number) {
      time += ms;
    },
  };
}

describe('the breaker', () => {
  it('leaves alone what failed three times in a row, and says so once', () => {
    const { passes, fail, log } = breaker();
    fail(2);
    expect(passes()).toBe(true);
    fail(2);
    expect(passes()).toBe(false);
    expect(log.lines).toMatchObject([{ event: 'pull.down', what: 'upstream', reason: 'answered 503' }]);
  });

  it('forgets failures that were not in a row', () => {
    const { passes, fail, answered } = breaker();
    for (let i = 0; i < 5; i += 1) {
      fail(2);
      answered();
    }
    expect(passes()).toBe(true);
  });

  it('lets one find out after ten seconds, and all when that one was answered', () => {
    const { passes, fail, answered, pass, log } = breaker();
    fail(3);
    pass(10_000);
    expect([passes(), passes(), passes()]).toEqual([true, false, false]);
    answered();
    expect([passes(), passes()]).toEqual([true, true]);
    expect(log.lines.at(-1)).toMatchObject({ event: 'pull.up' });
  });

  it('waits as long as it was asked to, though five minutes at most', () => {
    const { passes, fail, pass } = breaker();
    fail(1, 60_000);
    pass(59_999);
    expect(passes()).toBe(false);
    pass(1);
    expect(passes()).toBe(true);
    fail(1, 86_400_000);
    pass(300_000);
    expect(passes()).toBe(true);
  });
});
