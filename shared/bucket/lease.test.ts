import { bytesOf } from './bucket.ts';
import { createLease } from './lease.ts';
import { memoryBucket } from './memory.ts';

const live = AbortSignal.timeout(60_000);

function setUp() {
  const state = memoryBucket();
  const clock = { now: Date.parse('2026-11-23T00:00:00Z') };
  const ticking = { now: 0 };
  const lease = (holder: string) =>
    createLease({ state, holder, now: () => new Date(clock.now), steady: () => ticking.now, durationMs: 60_000 });
  return { state, clock, ticking, lease };
}

describe('the lease', () => {
  it('has one holder at a time', async () => {
    const { lease } = setUp();
    const terms = await Promise.all(['a', 'b', 'c', 'd'].map((holder) => lease(holder).hold(live)));
    expect(terms.filter((term) => term !== undefined)).toEqual([1]);
  });

  it('passes on, in a new term, when it has expired', async () => {
    const { lease, clock } = setUp();
    const [a, b] = [lease('a'), lease('b')];
    await a.hold(live);
    clock.now += 59_000;
    await expect(b.hold(live)).resolves.toBeUndefined();
    clock.now += 2_000;
    await expect(b.hold(live)).resolves.toBe(2);
    await expect(a.keep(live)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await expect(a.hold(live)).resolves.toBeUndefined();
  });

  it('stays with a holder that keeps it, in the same term', async () => {
    const { lease, clock } = setUp();
    const [a, b] = [lease('a'), lease('b')];
    for (let i = 0; i < 10; i += 1) {
      await expect(a.hold(live)).resolves.toBe(1);
      await a.keep(live);
      await expect(b.hold(live)).resolves.toBeUndefined();
      clock.now += 25_000;
    }
  });

  it('is taken over at once by a successor of the same name, in a new term', async () => {
    const { lease } = setUp();
    const before = lease('machine');
    await before.hold(live);
    await expect(lease('machine').hold(live)).resolves.toBe(2);
  });

  it('keeps its term when it expired while nobody else wanted it', async () => {
    const { lease, clock } = setUp();
    const a = lease('a');
    await a.hold(live);
    clock.now += 600_000;
    await expect(a.hold(live)).resolves.toBe(1);
  });

  it('is kept by a holder whose clock is set back, and renewed by the new one', async () => {
    const { lease, clock, state } = setUp();
    const a = lease('a');
    await a.hold(live);
    clock.now -= 86_400_000;
    await expect(a.hold(live)).resolves.toBe(1);
    await expect(a.keep(live)).resolves.toMatchObject({ aborted: false });
    const stored = await state.get('lease.json');
    const { expires } = JSON.parse(stored ? (await bytesOf(stored.body)).toString() : '') as { expires: string };
    expect(Date.parse(expires)).toBe(clock.now + 60_000);
  });

  it('is free at once when it was given back, by whatever clock', async () => {
    const { lease, clock } = setUp();
    const [a, b] = [lease('a'), lease('b')];
    clock.now += 600_000;
    await a.hold(live);
    await a.giveBack({ changed: true }, live);
    clock.now -= 600_000;
    await expect(b.hold(live)).resolves.toBe(2);
  });

  it('is not for ever when a clock that was years ahead has written it, but lasts while it is renewed', async () => {
    const { lease, clock, ticking } = setUp();
    const [a, b] = [lease('a'), lease('b')];
    clock.now += 10 * 365 * 86_400_000;
    await a.hold(live);
    clock.now -= 10 * 365 * 86_400_000;
    await expect(b.hold(live)).resolves.toBeUndefined();
    ticking.now += 89_000;
    await expect(b.hold(live)).resolves.toBeUndefined();
    await a.hold(live); // by a clock that is right by now
    ticking.now += 2_000;
    await expect(b.hold(live)).resolves.toBeUndefined();

    clock.now += 10 * 365 * 86_400_000;
    await a.hold(live);
    clock.now -= 10 * 365 * 86_400_000;
    await expect(b.hold(live)).resolves.toBeUndefined();
    ticking.now += 91_000;
    await expect(b.hold(live)).resolves.toBe(2);
  });

  it('is not given up for years to who asked for it by a clock that was years ahead', async () => {
    const { lease, clock } = setUp();
    const [a, b] = [lease('a'), lease('b')];
    await a.hold(live);
    clock.now += 10 * 365 * 86_400_000;
    await b.ask(live);
    clock.now -= 10 * 365 * 86_400_000;
    await expect(a.hold(live)).resolves.toBe(1);
    await b.ask(live); // anew
    clock.now += 31_000;
    await expect(a.hold(live)).resolves.toBeUndefined();
    await expect(b.hold(live)).resolves.toBe(2);
  });

  it('does not keep what was never held', async () => {
    await expect(setUp().lease('a').keep(live)).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  it('is nobody’s when its record is damaged', async () => {
    const { lease, state } = setUp();
    await state.put('lease.json', '{"holder":');
    await expect(lease('a').hold(live)).resolves.toBe(1);
  });
});

describe('a lease that somebody asks for', () => {
  it('is given up where the next turn would begin, and not within one', async () => {
    const { lease, clock } = setUp();
    const [a, b] = [lease('a'), lease('b')];
    await a.hold(live);
    await expect(b.hold(live)).resolves.toBeUndefined();
    await b.ask(live);
    clock.now += 31_000; // a renews
    await a.keep(live);
    await expect(b.hold(live)).resolves.toBeUndefined();
    await expect(a.hold(live)).resolves.toBeUndefined();
    await expect(b.hold(live)).resolves.toBe(2);
    await expect(a.hold(live)).resolves.toBeUndefined();
    await expect(a.keep(live)).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  it('fails no turn that is under way when it is asked for', async () => {
    const { lease, clock, state } = setUp();
    const b = lease('b');
    let asked = 0;
    const a = createLease({
      holder: 'a',
      now: () => new Date(clock.now),
      durationMs: 60_000,
      state: {
        ...state,
        async put(...args) {
          if (clock.now > 0 && asked++ === 1) await b.ask(live); // between a's reading and a's writing
          return state.put(...args);
        },
      },
    });
    await a.hold(live);
    clock.now += 40_000;
    await a.keep(live);
    await expect(a.hold(live)).resolves.toBeUndefined();
    await expect(b.hold(live)).resolves.toBe(2);
  });

  it('goes back in the same term when nothing was changed, and in a new one when something was', async () => {
    const { lease, clock } = setUp();
    const [a, b] = [lease('a'), lease('b')];
    const lend = async (changed: boolean) => {
      await b.ask(live);
      clock.now += 31_000;
      await a.hold(live);
      const term = await b.hold(live);
      await expect(a.hold(live)).resolves.toBeUndefined();
      await b.keep(live);
      await b.giveBack({ changed }, live);
      await expect(b.keep(live)).rejects.toMatchObject({ code: 'LEASE_LOST' });
      return [term, await a.hold(live)];
    };
    await expect(a.hold(live)).resolves.toBe(1);
    await expect(lend(false)).resolves.toEqual([2, 1]);
    await expect(lend(true)).resolves.toEqual([2, 3]);
    await expect(lend(false)).resolves.toEqual([4, 3]);
  });

  it('does not go back in the same term to a successor of the same name', async () => {
    const { lease, clock } = setUp();
    const [a, b] = [lease('a'), lease('b')];
    await a.hold(live);
    await b.ask(live);
    clock.now += 31_000;
    await a.hold(live);
    await b.hold(live);
    await b.giveBack({ changed: false }, live);
    await expect(lease('a').hold(live)).resolves.toBe(2);
    await expect(a.hold(live)).resolves.toBe(3);
  });

  it('stays with its holder, in its term, when who asked for it does not come', async () => {
    const { lease, clock } = setUp();
    const [a, b] = [lease('a'), lease('b')];
    await a.hold(live);
    await b.ask(live);
    clock.now += 31_000;
    await expect(a.hold(live)).resolves.toBeUndefined();
    clock.now += 9_000;
    await expect(a.hold(live)).resolves.toBeUndefined();
    clock.now += 2_000;
    await expect(a.hold(live)).resolves.toBe(1);
  });

  it('takes nothing away from others by asking', async () => {
    const { lease } = setUp();
    const [a, b, c] = [lease('a'), lease('b'), lease('c')];
    await b.ask(live); // there is none yet
    await a.hold(live);
    await b.ask(live);
    await c.ask(live);
    await expect(b.hold(live)).resolves.toBeUndefined();
    await expect(a.hold(live)).resolves.toBe(1);
    await b.giveBack({ changed: true }, live); // what it does not have
    await expect(b.hold(live)).resolves.toBeUndefined();
  });
});
