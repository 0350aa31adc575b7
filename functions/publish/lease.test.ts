import { memoryBucket } from '../../shared/bucket/memory.ts';
import { createLease } from './lease.ts';

const live = AbortSignal.timeout(60_000);

function setUp() {
  const state = memoryBucket();
  const clock = { now: Date.parse('2026-11-23T00:00:00Z') };
  const lease = (holder: string) => createLease({ state, holder, now: () => new Date(clock.now), durationMs: 60_000 });
  return { state, clock, lease };
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

  it('does not keep what was never held', async () => {
    await expect(setUp().lease('a').keep(live)).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });
});
