import { setTimeout as delay } from 'node:timers/promises';
import { backfillKey, parseBackfill } from '../../events/backfill.ts';
import { parseCopyRequested } from '../../events/copy-requested.ts';
import {
  afterAttempt,
  formatPathUnavailable,
  parsePathUnavailable,
  unavailableKey,
} from '../../events/path-unavailable.ts';
import { stagedKey } from '../../events/staged.ts';
import { getText } from '../../shared/bucket/bucket.ts';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import type { UnavailableReason } from '../../shared/errors.ts';
import { parseReleasePrefix } from '../../shared/nix/release.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import { memoryQueue } from '../../shared/queue/memory.ts';
import { pathNamed } from '../../shared/testing/store-objects.ts';
import { type BackfillOptions, type BackfillPlan, planBackfill, runBackfill, type Wanted } from './backfill.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const release = parseReleasePrefix('nixos/unstable/nixos-26.11pre1.aaa');
const named = (name: string): StorePathHash => pathNamed(name).hash;
const many = (count: number): StorePathHash[] => Array.from({ length: count }, (_, n) => named(`package-${n}`));
const wantedOf = (hashes: readonly StorePathHash[]): Wanted => new Map(hashes.map((hash) => [hash, release]));

function world() {
  const [bucket, state, queue] = [memoryBucket(), memoryBucket(), memoryQueue()];
  const deps = { bucket, state, queue, underWay: async () => new Set<StorePathHash>(), now: () => NOW };
  const live = AbortSignal.timeout(20_000);
  const options: BackfillOptions = { force: false, again: false, limit: Number.POSITIVE_INFINITY };
  return {
    deps,
    show: (hash: StorePathHash) => bucket.put(`${hash}.narinfo`, 'here'),
    stage: (hash: StorePathHash) => state.put(stagedKey(hash), 'here'),
    lack: (hash: StorePathHash, reason: UnavailableReason | 'failing', at = NOW) =>
      state.put(
        unavailableKey(hash),
        formatPathUnavailable(afterAttempt(undefined, { hash, reason, evidence: '' }, 3_600_000, at)),
      ),
    plan: (hashes: readonly StorePathHash[], more: Partial<BackfillOptions> = {}, others: Partial<typeof deps> = {}) =>
      planBackfill(wantedOf(hashes), { ...options, ...more }, { ...deps, ...others }, live),
    run: (plan: BackfillPlan, hashes: readonly StorePathHash[], signal = live, others: Partial<typeof deps> = {}) =>
      runBackfill(plan, wantedOf(hashes), { rate: 100_000 }, { ...deps, ...others }, signal),
    asked: () => queue.sent.map((body) => parseCopyRequested(body).hash),
    /** Copy has answered all there is. */
    answerAll() {
      for (const delivery of queue.receive(10_000)) queue.done(delivery);
    },
    record: async (plan: BackfillPlan) => {
      const text = await getText(state, backfillKey(plan.id));
      return text === undefined ? undefined : parseBackfill(text);
    },
  };
}

describe('planBackfill', () => {
  it('asks for what is not here, and says where the rest stands', async () => {
    const { plan, show, stage, lack } = world();
    const [a, b, c, d, e, f] = ['a', 'b', 'c', 'd', 'e', 'f'].map(named) as [
      StorePathHash,
      StorePathHash,
      StorePathHash,
      StorePathHash,
      StorePathHash,
      StorePathHash,
    ];
    await show(a);
    await stage(b);
    await lack(c, 'missing');
    await lack(d, 'missing', new Date(NOW.getTime() - 86_400_000)); // due
    await lack(e, 'failing');
    expect(await plan([a, b, c, d, e, f])).toMatchObject({
      ...{ named: 6, visible: 1, staged: 1, notDue: { missing: 1 }, underWay: 0, beyond: 0 },
      ask: [d, e, f].sort(),
    });
  });

  it('finds the same of many, whose staged and unavailable ones are listed', async () => {
    const { plan, show, stage, lack } = world();
    const hashes = many(2_500);
    const [a, b, c] = hashes as [StorePathHash, StorePathHash, StorePathHash];
    await show(a);
    await stage(b);
    await lack(c, 'corrupt');
    await stage(named('another'));
    await lack(named('another-too'), 'missing');
    const found = await plan(hashes);
    expect(found).toMatchObject({ named: 2_500, visible: 1, staged: 1, notDue: { corrupt: 1 } });
    expect(found.ask).toEqual(hashes.slice(3).sort());
  });

  it('takes a record that was damaged for none', async () => {
    const { plan, deps } = world();
    await deps.state.put(unavailableKey(named('a')), '{"hash":');
    expect((await plan([named('a')])).ask).toEqual([named('a')]);
  });

  it('leaves what a release under way has asked for, while it may still come', async () => {
    const { plan, deps, answerAll } = world();
    const underWay = async () => new Set([named('a')]);
    await deps.queue.sendAll(['something'], AbortSignal.timeout(1_000));
    expect(await plan([named('a'), named('b')], {}, { underWay })).toMatchObject({ underWay: 1, ask: [named('b')] });
    expect((await plan([named('a')], { again: true }, { underWay })).ask).toEqual([named('a')]);
    answerAll();
    expect((await plan([named('a')], {}, { underWay })).ask).toEqual([named('a')]);
  });
});

describe('runBackfill', () => {
  it('asks for each once, on account of its release, and notes that it is done', async () => {
    const { plan, run, asked, record, deps } = world();
    const hashes = many(1_200);
    const planned = await plan(hashes);
    expect(await run(planned, hashes)).toBe(1_200);
    expect(asked()).toEqual([...hashes].sort());
    expect(parseCopyRequested(deps.queue.sent[0] ?? '').release).toBe(release);
    expect(await record(planned)).toMatchObject({ paths: 1_200, asked: 1_200, done: true });
  });

  it('goes on where it was cut, at whatever write that was', async () => {
    const hashes = many(1_700);
    for (let writes = 1; writes < 9; writes += 1) {
      const { plan, run, asked, deps, record } = world();
      const cut = cutAfter(writes, deps);
      const first = await run(await plan(hashes), hashes, undefined, cut).catch(() => undefined);
      const rest = await plan(hashes);
      await run(rest, hashes);
      expect(new Set(asked())).toEqual(new Set(hashes));
      // At worst what was sent and could not be noted is sent again: one piece, of 500.
      expect(asked().length).toBeLessThanOrEqual(1_700 + (first === undefined ? 500 : 0));
      expect(await record(rest)).toMatchObject({ asked: first === undefined ? expect.any(Number) : 1_700, done: true });
    }
  });

  it('asks nobody twice while the queue has something to do, and for what was lost once it has not', async () => {
    const { plan, run, show, answerAll } = world();
    const hashes = many(20);
    await run(await plan(hashes), hashes);
    expect(await plan(hashes)).toMatchObject({ ask: [], underWay: 20, waiting: 20 });
    answerAll();
    for (const hash of hashes.slice(1)) await show(hash);
    expect((await plan(hashes)).ask).toEqual(hashes.slice(0, 1)); // its message was lost
  });

  it('takes the next ones with a limit, and is done with the last', async () => {
    const { plan, run, asked, record } = world();
    const hashes = many(25);
    for (const left of [15, 5, 0]) {
      const planned = await plan(hashes, { limit: 10 });
      expect(planned.beyond).toBe(left);
      await run(planned, hashes);
      expect(await record(planned)).toMatchObject({ done: left === 0 });
    }
    expect(asked()).toEqual([...hashes].sort());
  });

  it('ends when it is told to, having noted what it did', async () => {
    const { plan, run, asked, record, deps } = world();
    const hashes = many(1_700);
    const stop = new AbortController();
    const onAsked = (): void => stop.abort();
    const planned = await plan(hashes);
    const done = await run(planned, hashes, stop.signal, { onAsked } as Partial<typeof deps>);
    expect(done).toBe(500);
    expect(asked()).toHaveLength(500);
    expect(await record(planned)).toMatchObject({ asked: 500, done: false });
  });

  it('has copy try what is not due, when told to', async () => {
    const { plan, run, lack, deps } = world();
    const hash = named('a');
    await lack(hash, 'missing');
    expect((await plan([hash])).ask).toEqual([]);
    const planned = await plan([hash], { force: true });
    expect(planned).toMatchObject({ ask: [hash], notDue: {} });
    await run(planned, [hash]);
    const record = parsePathUnavailable((await getText(deps.state, unavailableKey(hash))) ?? '');
    expect(new Date(record.next) <= NOW).toBe(true);
    expect(record).toMatchObject({ reason: 'missing', attempts: 1 });
  });

  it('keeps to its rate', async () => {
    const { plan, deps } = world();
    const hashes = many(3);
    const planned = await plan(hashes);
    const stop = new AbortController();
    const running = runBackfill(planned, wantedOf(hashes), { rate: 0.001 }, deps, stop.signal);
    await delay(100);
    stop.abort();
    expect(await running).toBe(1); // the next one in a quarter of an hour
  });
});

/** The same world, in which everything fails after so many writes: messages sent and records put. */
function cutAfter(writes: number, { queue, state }: ReturnType<typeof world>['deps']) {
  let left = writes;
  const spend = (): void => {
    left -= 1;
    if (left < 0) throw new Error('cut');
  };
  const sendAll: typeof queue.sendAll = async (bodies, signal) => {
    spend();
    return queue.sendAll(bodies, signal);
  };
  const put: typeof state.put = async (key, body, options) => {
    spend();
    return state.put(key, body, options);
  };
  return { queue: { ...queue, sendAll }, state: { ...state, put } };
}
