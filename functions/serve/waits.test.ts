import { createWaits, waited } from './waits.ts';

/** A clock that stands still between what is awaited here. */
function clock() {
  let time = 0;
  return {
    now: () => time,
    pass: (ms: number) => {
      time += ms;
    },
  };
}

describe('the waits of a request', () => {
  it('are none for what needs none', async () => {
    const { now, pass } = clock();
    const waits = createWaits(now);
    await waits.within(async () => pass(5));
    expect(waits.us()).toBe(0);
  });

  it('are told from far below it, each for its own', async () => {
    const { now, pass } = clock();
    const [one, other] = [createWaits(now), createWaits(now)];
    const { promise, resolve } = Promise.withResolvers<string>();
    const first = one.within(async () => waited(promise));
    pass(2);
    const joined = other.within(async () => waited(promise)); // what somebody else has begun
    pass(3);
    resolve('found');
    expect(await Promise.all([first, joined])).toEqual(['found', 'found']);
    expect([one.us(), other.us()]).toEqual([5_000, 3_000]);
  });

  it('count once where they are side by side, or within each other', async () => {
    const { now, pass } = clock();
    const waits = createWaits(now);
    const [a, b] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const all = waits.within(() => waited(Promise.all([waited(a.promise), waited(b.promise)])));
    pass(1);
    a.resolve();
    await a.promise;
    pass(1);
    b.resolve();
    await all;
    pass(10);
    expect(waits.us()).toBe(2_000);
  });

  it('count though they end badly, and so far while they are under way', async () => {
    const { now, pass } = clock();
    const waits = createWaits(now);
    const failing = Promise.withResolvers<never>();
    const heard = waits.during(failing.promise).catch(() => 'heard');
    pass(1);
    expect(waits.us()).toBe(1_000);
    pass(1);
    failing.reject(new Error('down'));
    expect(await heard).toBe('heard');
    pass(1);
    expect(waits.us()).toBe(2_000);
  });

  it('are nobody’s where no request is answered', async () => {
    const work = Promise.resolve(1);
    expect(waited(work)).toBe(work);
  });
});
