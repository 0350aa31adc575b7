import { PROBE_DAYS_KEPT, PROBE_DAYS_KEY, parseProbeDays } from '../../events/probe-days.ts';
import { formatProbes, probesKey } from '../../events/probes.ts';
import { dateOf } from '../../events/record.ts';
import { getText } from '../../shared/bucket/bucket.ts';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import { createJournal } from '../../shared/testing/journal.ts';
import { createDayCount } from './count-days.ts';

const live = AbortSignal.timeout(60_000);
const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-11-23T09:45:10Z');

function setUp() {
  const held = memoryBucket();
  const journal = createJournal();
  const state = journal.watch('state', held);
  const clock = { now: NOW };
  const daysAgo = (days: number) => dateOf(new Date(clock.now - days * DAY_MS));
  return {
    ...{ held, state, clock, daysAgo, asked: journal.entries },
    /** A day of so many good minutes, and one that was not. */
    async day(date: string, ok: number) {
      const minutes = Array.from({ length: ok }, (_, minute) => ({
        minute,
        bucket: 9,
        clickhouse: null,
        upstream: 41,
      }));
      const last = { minute: 1_439, bucket: { code: 522 }, clickhouse: null, upstream: 41 };
      await held.put(probesKey(date), formatProbes({ date, minutes: [...minutes, last] }));
    },
    count: () => createDayCount({ state }),
    run: (count: ReturnType<typeof createDayCount>) => count.run(new Date(clock.now), live),
    days: async () => parseProbeDays((await getText(held, PROBE_DAYS_KEY)) ?? ''),
  };
}

/** As often as it takes to be whole. */
const RUNS = PROBE_DAYS_KEPT / 10;

it('counts up each day that is over, and not today', async () => {
  const { count, run, days, day, daysAgo } = setUp();
  for (const [ago, ok] of [200, 300, 400].entries()) await day(daysAgo(ago), ok);
  await run(count());
  const found = await days();
  expect(found.slice(-2)).toEqual([
    { date: daysAgo(2), bucket: { ok: 400, down: 1 }, clickhouse: { ok: 0, down: 0 }, upstream: { ok: 401, down: 0 } },
    { date: daysAgo(1), bucket: { ok: 300, down: 1 }, clickhouse: { ok: 0, down: 0 }, upstream: { ok: 301, down: 0 } },
  ]);
});

it('makes the record anew when it is lost or damaged, a few days at a time, the newest first', async () => {
  const { count, run, days, day, daysAgo, held, asked } = setUp();
  for (let ago = 1; ago <= 120; ago += 1) await day(daysAgo(ago), ago);
  await held.put(PROBE_DAYS_KEY, '{"garbage');
  const one = count();
  await run(one);
  expect((await days()).map(({ bucket }) => bucket.ok)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  expect(asked.length).toBeLessThanOrEqual(12);
  for (let more = 1; more < RUNS; more += 1) await run(one);
  expect((await days()).map(({ date }) => date)).toEqual(
    Array.from({ length: PROBE_DAYS_KEPT }, (_, at) => daysAgo(PROBE_DAYS_KEPT - at)),
  );
});

it('asks nothing while nothing is lacking, and one day when that is over', async () => {
  const { count, run, day, days, daysAgo, clock, asked } = setUp();
  await day(daysAgo(0), 7);
  const one = count();
  for (let more = 0; more < RUNS; more += 1) await run(one);
  const before = asked.length;
  await run(one);
  expect(asked).toHaveLength(before);
  clock.now += DAY_MS;
  await run(one);
  expect(asked.slice(before)).toEqual([
    `state get ${PROBE_DAYS_KEY}`,
    `state get ${probesKey(daysAgo(1))}`,
    `state put ${PROBE_DAYS_KEY}`,
  ]);
  const found = await days();
  expect(found).toHaveLength(PROBE_DAYS_KEPT);
  expect(found.at(-1)).toMatchObject({ date: daysAgo(1), bucket: { ok: 7, down: 1 } });
});

it('waits some minutes for the last row of a day', async () => {
  const { count, run, days, daysAgo, clock } = setUp();
  clock.now = Date.parse('2026-11-24T00:04:00Z');
  const one = count();
  await run(one);
  expect((await days()).at(-1)?.date).toBe(daysAgo(2));
  clock.now += 60_000;
  for (let more = 0; more < RUNS; more += 1) await run(one);
  expect((await days()).at(-1)?.date).toBe(daysAgo(1));
});

it('takes a day that nobody probed, or whose object is damaged, for one of which nothing is known', async () => {
  const { count, run, days, daysAgo, held } = setUp();
  await held.put(probesKey(daysAgo(1)), '{"date":"today"}');
  await run(count());
  const none = { ok: 0, down: 0 };
  for (const day of await days()) expect(day).toMatchObject({ bucket: none, clickhouse: none, upstream: none });
});

it('does not count what it could not read, and tries again', async () => {
  const { state, clock, day, days, daysAgo } = setUp();
  await day(daysAgo(1), 5);
  let isDown = true;
  const get: typeof state.get = (key, options) =>
    isDown && key !== PROBE_DAYS_KEY ? Promise.reject(new Error('down')) : state.get(key, options);
  const one = createDayCount({ state: { ...state, get } });
  await expect(one.run(new Date(clock.now), live)).rejects.toThrow('down');
  isDown = false;
  await one.run(new Date(clock.now), live);
  expect((await days()).at(-1)).toMatchObject({ bucket: { ok: 5, down: 1 } });
});

it('overwrites nothing that somebody else has counted meanwhile', async () => {
  const { state, held, clock, day, daysAgo } = setUp();
  await day(daysAgo(1), 5);
  const put: typeof state.put = async (key, body, options) => {
    await held.put(PROBE_DAYS_KEY, 'theirs');
    return state.put(key, body, options);
  };
  await expect(createDayCount({ state: { ...state, put } }).run(new Date(clock.now), live)).rejects.toThrow();
  expect(await getText(held, PROBE_DAYS_KEY)).toBe('theirs');
});
