import * as v from 'valibot';
import { memoryBucket } from '../../../shared/bucket/memory.ts';
import { createGate } from '../gate.ts';
import { snapshotKey } from './snapshot.ts';
import { createTell } from './tell.ts';
import type { Topic } from './topic.ts';

const NOON = Date.parse('2026-11-22T12:00:00Z');

/** A ClickHouse that can go away, and a clock. */
function world() {
  let [ms, isAway, asked] = [0, false, 0];
  const state = memoryBucket('state');
  const lines: string[] = [];
  const topic: Topic<{ readonly range: string }, readonly number[]> = {
    name: 'numbers',
    async ask({ range }) {
      asked += 1;
      await Promise.resolve();
      if (isAway) throw new Error(`no answer about ${range}`);
      return [asked];
    },
    schema: v.array(v.number()),
    keptAs: ({ range }) => range,
  };
  const open = (
    budgetMs = 2_000,
    threshold = 10,
    client: { query: () => never } = {
      query: () => {
        throw new Error('asked by nobody');
      },
    },
  ) =>
    createTell({
      client,
      budgetMs,
      state,
      gate: createGate({ atOnce: 2, waiting: 2, waitMs: 1_000 }),
      openGate: createGate({ atOnce: 1, waiting: 9_999, waitMs: 1_000 }),
      threshold,
      date: () => new Date(NOON + ms),
      now: () => ms,
      log: { warn: (event, facts) => lines.push(`${event} ${JSON.stringify(facts)}`), debug: () => {} },
    });
  return {
    ...{ state, lines, topic, open },
    asked: () => asked,
    pass: (more: number) => (ms += more),
    away: (is: boolean) => (isAway = is),
  };
}
const DAY = { range: '24h' };

it('asks once a minute, however many look', async () => {
  const { topic, open, asked, pass } = world();
  const tell = open();
  const answers = await Promise.all([tell(topic, DAY), tell(topic, DAY), tell(topic, { range: '24h' })]);
  expect(answers).toEqual(Array(3).fill({ found: [1], at: new Date(NOON), fresh: true }));
  pass(59_000);
  expect(await tell(topic, DAY)).toMatchObject({ found: [1] });
  expect(await tell(topic, { range: '7d' })).toMatchObject({ found: [2] });
  pass(2_000);
  expect(await tell(topic, DAY)).toEqual({ found: [3], at: new Date(NOON + 61_000), fresh: true });
  expect(asked()).toBe(3);
});

it('tells the last answer while ClickHouse is away, as old as it is, and asks again soon', async () => {
  const { topic, open, pass, away, asked, lines } = world();
  const tell = open();
  await tell(topic, DAY);
  pass(61_000);
  away(true);
  const old = { found: [1], at: new Date(NOON), fresh: false };
  expect(await tell(topic, DAY)).toEqual(old);
  expect(await tell(topic, DAY)).toEqual(old);
  expect(asked()).toBe(2); // nobody waits for it again at once
  pass(11_000);
  expect(await tell(topic, DAY)).toEqual(old);
  away(false);
  pass(11_000);
  expect(await tell(topic, DAY)).toMatchObject({ found: [4], fresh: true });
  expect(lines).toEqual(['analytics.not-told {"topic":"numbers","code":"Error"}']);
});

it('tells what another process has kept, though it never had an answer itself', async () => {
  const { topic, open, away, pass } = world();
  await open()(topic, DAY);
  away(true);
  pass(5_000);
  const tell = open();
  expect(await tell(topic, DAY)).toEqual({ found: [1], at: new Date(NOON), fresh: false });
  expect(await tell(topic, { range: '7d' })).toBe('not-available');
});

it('keeps an answer every five minutes, and none of what could be anything', async () => {
  const { topic, open, state, pass } = world();
  const tell = open();
  const key = snapshotKey('numbers', '24h');
  const kept = async () => (await state.head(key))?.etag;
  await tell(topic, DAY);
  const first = await kept();
  pass(120_000);
  await tell(topic, DAY);
  expect(await kept()).toBe(first);
  pass(200_000);
  await tell(topic, DAY);
  expect(await kept()).not.toBe(first);
  const { keptAs: _, ...unkept } = topic;
  await tell({ ...unkept, name: 'anything' }, { range: '../../lease' });
  const keys = [];
  for await (const listed of state.list('')) keys.push(listed.key);
  expect(keys).toEqual([key]);
});

it('takes a damaged snapshot for none', async () => {
  const { topic, open, state, away } = world();
  away(true);
  await state.put(snapshotKey('numbers', '24h'), '{"at":"2026-11-22T11:33:07.123Z","threshold":10,"found":["one"]}');
  expect(await open()(topic, DAY)).toBe('not-available');
});

it('answers with the buckets down, too', async () => {
  const { topic, away } = world();
  const broken = async () => {
    throw new Error('down');
  };
  const deps = {
    client: { query: broken as never },
    state: { get: broken, put: broken },
    gate: createGate({ atOnce: 2, waiting: 2, waitMs: 1_000 }),
    openGate: createGate({ atOnce: 1, waiting: 9_999, waitMs: 1_000 }),
    threshold: 10,
    date: () => new Date(NOON),
    now: () => 0,
    log: { warn: () => {}, debug: () => {} },
  };
  expect(await createTell(deps)(topic, DAY)).toMatchObject({ found: [1], fresh: true });
  away(true);
  expect(await createTell(deps)(topic, DAY)).toBe('not-available');
});

it('gives up what takes too long', async () => {
  const { topic, open } = world();
  let signal: AbortSignal | undefined;
  const never: typeof topic.ask = (_wanted, _asking, given) => {
    signal = given;
    return new Promise(() => {});
  };
  expect(await open(20)({ ...topic, ask: never }, DAY)).toBe('not-available');
  expect(signal?.aborted).toBe(true);
});

it('says where there is no ClickHouse at all', async () => {
  const { topic, state, asked } = world();
  const tell = createTell({
    client: undefined,
    state,
    gate: createGate({ atOnce: 1, waiting: 1, waitMs: 1 }),
    openGate: createGate({ atOnce: 1, waiting: 1, waitMs: 1 }),
    threshold: 10,
    date: () => new Date(),
    now: () => 0,
    log: { warn: () => {}, debug: () => {} },
  });
  expect(await tell(topic, DAY)).toBe('not-configured');
  expect(asked()).toBe(0);
});

describe('names that anybody may think of', () => {
  it('push no answer out that pages show, however many are asked for', async () => {
    const { topic, open, state, pass, away } = world();
    const tell = open();
    await tell(topic, DAY);
    const { keptAs: _, ...search } = topic;
    for (let at = 0; at < 1_100; at += 1) await tell({ ...search, name: 'search' }, { range: `name ${at}` });
    await state.delete(snapshotKey('numbers', '24h'));
    [pass(61_000), away(true)];
    expect(await tell(topic, DAY)).toMatchObject({ found: [1], fresh: false });
  });

  it('take no place that pages need', async () => {
    const { topic, open } = world();
    const tell = open();
    const { keptAs: _, ...search } = topic;
    const stuck = Array.from({ length: 20 }, (_name, at) =>
      tell({ ...search, name: 'search', ask: () => new Promise(() => {}) }, { range: `name ${at}` }),
    );
    expect(await tell(topic, DAY)).toMatchObject({ found: [1], fresh: true });
    expect(new Set(await Promise.all(stuck))).toEqual(new Set(['not-available']));
  });
});

it('tells nothing that was kept when less was kept back', async () => {
  const { topic, open, away } = world();
  await open(2_000, 10)(topic, DAY);
  away(true);
  expect(await open(2_000, 10)(topic, DAY)).toMatchObject({ found: [1] });
  expect(await open(2_000, 11)(topic, DAY)).toBe('not-available');
});

it('does not read a snapshot that is far too large to be one', async () => {
  const { topic, open, state, away } = world();
  away(true);
  const head = '{"at":"2026-11-22T11:33:07.123Z","threshold":10,"found":[';
  await state.put(snapshotKey('numbers', '24h'), `${head}${'1,'.repeat(5 * 2 ** 20)}1]}`);
  expect(await open()(topic, DAY)).toBe('not-available');
});
