import { setTimeout as delay } from 'node:timers/promises';
import { startSchedule } from './schedule-trigger.ts';

describe('startSchedule', () => {
  it('fires at once, then from start to start', async () => {
    const starts: number[] = [];
    const schedule = startSchedule({
      everyMs: 100,
      run: async () => {
        starts.push(performance.now());
        await delay(60);
      },
    });
    await delay(350);
    await schedule.stop();
    expect(starts.length).toBeGreaterThanOrEqual(3);
    expect(starts.length).toBeLessThanOrEqual(4);
  });

  it('never runs twice at a time, however long a run takes', async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    const schedule = startSchedule({
      everyMs: 5,
      run: async () => {
        most = Math.max(most, ++running);
        runs += 1;
        await delay(20);
        running -= 1;
      },
    });
    await delay(200);
    await schedule.stop();
    expect({ most, running }).toEqual({ most: 1, running: 0 });
    expect(runs).toBeGreaterThan(3);
  });

  it('tries a failed run again before its time', async () => {
    let runs = 0;
    const schedule = startSchedule({
      everyMs: 60_000,
      retryMs: 10,
      run: async () => {
        runs += 1;
        if (runs < 3) throw new Error('not yet');
      },
    });
    await delay(150);
    await schedule.stop();
    expect(runs).toBe(3);
  });
});
