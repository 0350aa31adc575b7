import { createPace } from './pace.ts';

const MINUTE = 60_000;

function pacing() {
  const clock = { now: Date.parse('2026-11-25T00:00:00Z') };
  const pace = createPace(() => new Date(clock.now));
  const list = (ms: number) =>
    pace.listing(async () => {
      clock.now += ms;
    });
  return { clock, pace, list };
}

describe('createPace', () => {
  it('lets a listing take a tenth of the time', async () => {
    const { clock, pace, list } = pacing();
    expect(pace.isDue()).toBe(true);
    await list(1_000);
    clock.now += 8_999;
    expect(pace.isDue()).toBe(false);
    clock.now += 1;
    expect(pace.isDue()).toBe(true);
  });

  it.each([
    ['forward, while it lists', 1e12, 0],
    ['back, while it lists', -1e12, 0],
    ['forward, after it has listed', 1_000, 1e12],
    ['back, after it has listed', 1_000, -1e12],
    ['forward, and right again', 1e12, -1e12],
  ])('waits no hour when the clock is set %s', async (_how, during, after) => {
    const { clock, pace, list } = pacing();
    await list(during);
    clock.now += after;
    const began = clock.now;
    while (!pace.isDue()) clock.now += MINUTE;
    expect(clock.now - began).toBeLessThanOrEqual(60 * MINUTE);
  });
});
