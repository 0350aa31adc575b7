import { noRecordLog } from '../../events/log-record.ts';
import { parseProbes, probesKey } from '../../events/probes.ts';
import { getText } from '../../shared/bucket/bucket.ts';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import { BucketFailed } from '../../shared/errors.ts';
import { memoryLog } from '../../shared/log.ts';
import { createPartProbes, type PartProbesDeps } from './probe-parts.ts';

const live = AbortSignal.timeout(60_000);
const always = async (signal: AbortSignal) => signal;
const fine = async () => undefined;

function setUp(more: Partial<PartProbesDeps> = {}) {
  const clock = { now: Date.parse('2026-11-23T09:45:10Z') };
  const state = memoryBucket();
  const log = memoryLog();
  const asked = { times: 0 };
  const deps: PartProbesDeps = {
    parts: {
      bucket: async () => {
        asked.times += 1;
      },
      clickhouse: undefined,
      upstream: fine,
    },
    state,
    log,
    records: noRecordLog,
    now: () => new Date(clock.now),
    budgetMs: 100,
    ...more,
  };
  const rows = async (date = '2026-11-23') => parseProbes((await getText(state, probesKey(date))) ?? '').minutes;
  return { clock, state, log, asked, deps, rows, probes: createPartProbes(deps) };
}

describe('createPartProbes', () => {
  it('adds one row a minute, whatever the ticks', async () => {
    const { probes, clock, asked, rows } = setUp();
    for (let second = 0; second < 120; second += 1) {
      await probes.run(always, live);
      clock.now += 1_000;
    }
    expect((await rows()).map(({ minute }) => minute)).toEqual([585, 586]);
    expect(asked.times).toBe(2);
  });

  it('passes over no minute, although its ticks come late', async () => {
    const { probes, clock, rows } = setUp();
    for (let tick = 0; tick < 10 * 60; tick += 1) {
      await probes.run(always, live);
      clock.now += 1_000 + (tick % 7) * 130;
    }
    const minutes = (await rows()).map(({ minute }) => minute);
    expect(minutes.length).toBeGreaterThan(10);
    expect(minutes).toEqual(minutes.map((_, at) => 585 + at));
  });

  it('begins a new object with the day, and goes on with the one of another process', async () => {
    const { deps, probes, clock, rows } = setUp();
    await probes.run(always, live);
    clock.now += 60_000;
    await createPartProbes(deps).run(always, live);
    clock.now += 86_400_000;
    await probes.run(always, live);
    expect((await rows()).length).toBe(2);
    expect((await rows('2026-11-24')).length).toBe(1);
  });

  it('loses no row that somebody else has written meanwhile', async () => {
    const { deps, probes, clock, rows } = setUp();
    await probes.run(always, live);
    clock.now += 60_000;
    await createPartProbes(deps).run(always, live);
    clock.now += 60_000;
    await probes.run(always, live); // finds another object than it left: this row is lost, theirs is not
    clock.now += 60_000;
    await probes.run(always, live);
    expect((await rows()).map(({ minute }) => minute)).toEqual([585, 586, 588]);
  });

  it('begins a damaged day anew', async () => {
    const { probes, state, rows } = setUp();
    await state.put(probesKey('2026-11-23'), '{"garbage');
    await probes.run(always, live);
    expect(await rows()).toHaveLength(1);
  });

  it('never rejects: not when the record hangs, not when the lease is lost', async () => {
    const hung = setUp({ state: { get: () => new Promise(() => undefined), put: () => Promise.reject(new Error()) } });
    await hung.probes.run(always, live);
    const lost = setUp();
    await lost.probes.run(() => Promise.reject(new BucketFailed('no lease')), live);
    for (const { log } of [hung, lost])
      expect(log.lines.at(-1)).toMatchObject({ level: 'warn', event: 'probe.not-noted' });
  });

  it('logs what each part was, and of an error only what our list has', async () => {
    const secret = () => Promise.reject(Object.assign(new Error('key AKIA123 at 10.0.0.7'), { code: 'ETIMEDOUT' }));
    const { probes, log } = setUp({ parts: { bucket: fine, clickhouse: secret, upstream: undefined } });
    await probes.run(always, live);
    expect(log.lines).toMatchObject([
      { event: 'probe', part: 'bucket', state: 'online' },
      { event: 'probe', part: 'clickhouse', state: 'offline', code: 522 },
    ]);
    expect(JSON.stringify(log.lines)).not.toMatch(/AKIA|10\.0/);
  });
});
