import fc from 'fast-check';
import { clientOf, get, saying, serverThat, signal, textOf } from '../testing/scripted-upstream.ts';
import { createThrottle, throttled } from './throttle.ts';

/** A clock that moves only when somebody sleeps. */
function stillClock() {
  const clock = { ms: 0 };
  return {
    clock,
    now: () => clock.ms,
    sleep: async (ms: number) => {
      clock.ms += ms;
    },
  };
}

describe('createThrottle', () => {
  it('never lets more through than its rate and one second’s worth', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1e6 }),
        fc.array(
          fc.record({ bytes: fc.integer({ min: 1, max: 65_536 }), idleMs: fc.integer({ min: 0, max: 5_000 }) }),
          { maxLength: 50 },
        ),
        async (bytesPerSecond, takes) => {
          const { clock, ...time } = stillClock();
          const throttle = createThrottle({ bytesPerSecond, ...time });
          let taken = 0;
          for (const { bytes, idleMs } of takes) {
            clock.ms += idleMs;
            await throttle.take(bytes, signal);
            taken += bytes;
            expect(taken).toBeLessThanOrEqual(bytesPerSecond * (1 + clock.ms / 1_000) + 1);
          }
        },
      ),
    ));

  it('gives all of its rate to who wants it', async () => {
    const { clock, ...time } = stillClock();
    const throttle = createThrottle({ bytesPerSecond: 1_000, ...time });
    for (let i = 0; i < 100; i += 1) await throttle.take(100, signal);
    expect(clock.ms).toBeCloseTo(10_000);
  });

  it('saves up no more than a second', async () => {
    const { clock, ...time } = stillClock();
    const throttle = createThrottle({ bytesPerSecond: 1_000, ...time });
    clock.ms = 60_000;
    await throttle.take(1_000, signal);
    expect(clock.ms).toBe(60_000);
    await throttle.take(500, signal);
    expect(clock.ms).toBe(60_500);
  });

  it('makes nobody wait longer than their time', async () => {
    const throttle = createThrottle({ bytesPerSecond: 1 });
    const ending = AbortSignal.timeout(30);
    await expect(throttle.take(1_000, ending)).rejects.toMatchObject({ name: 'TimeoutError' });
    await expect(throttle.take(1, AbortSignal.abort(new Error('late')))).rejects.toThrow('late');
  });
});

it('lets a throttled body be left, even before its first chunk', async () => {
  let left = 0;
  const body = {
    [Symbol.asyncIterator]: () => ({
      next: async () => ({ done: false as const, value: Buffer.alloc(1) }),
      return: async () => {
        left += 1;
        return { done: true as const, value: undefined };
      },
    }),
  };
  const passing = throttled(body, createThrottle({ bytesPerSecond: 1e9 }), signal);
  await passing[Symbol.asyncIterator]().return?.();
  for await (const _chunk of passing) break;
  expect(left).toBe(2);
});

it('bounds all bodies of a client together', async () => {
  const server = await serverThat(saying(200, {}, 'x'.repeat(10_000)));
  const client = clientOf(server, { bytesPerSecond: 100_000 });
  const began = performance.now();
  const read = async () => textOf(await get(client, server.url));
  const texts = await Promise.all([read(), read(), read()]);
  expect(texts.map(({ length }) => length)).toEqual([10_000, 10_000, 10_000]);
  expect(performance.now() - began).toBeGreaterThanOrEqual(290);
});
