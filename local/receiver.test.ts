import { backOffSeconds } from './receiver.ts';

const received = (times: number) => ({ Attributes: { ApproximateReceiveCount: String(times) } });

describe('backOffSeconds', () => {
  it('is longer the more often a message was received, up to a quarter of an hour, and never nothing', () => {
    const longest = [1, 2, 3, 8, 9, 100].map((times) => backOffSeconds(received(times), () => 1));
    expect(longest).toEqual([5, 10, 20, 640, 900, 900]);
    for (const times of [1, 2, 50]) expect(backOffSeconds(received(times), () => 0)).toBeGreaterThanOrEqual(1);
  });

  it('parts messages that were received together', () => {
    const waits = new Set(Array.from({ length: 100 }, () => backOffSeconds(received(4))));
    expect(waits.size).toBeGreaterThan(1);
    for (const wait of waits) expect(wait >= 20 && wait <= 40).toBe(true);
  });
});
