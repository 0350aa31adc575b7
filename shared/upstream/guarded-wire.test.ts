/** Several processes' breakers, on one store and one clock. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileBucket } from '../bucket/file.ts';
import { memoryBucket } from '../bucket/memory.ts';
import { UpstreamFailed } from '../errors.ts';
import { memoryLog } from '../log.ts';
import { clientOf, failureOf, fine, get, hangUp, saying, serverThat } from '../testing/scripted-upstream.ts';
import type { BreakerStore } from './breaker-record.ts';
import { guardedWire } from './guarded-wire.ts';

const live = AbortSignal.timeout(60_000);
const SECOND = 1_000;
const START = Date.parse('2026-11-23T00:00:00Z');

function mirror(processes: number, store: BreakerStore = memoryBucket()) {
  const clock = { ms: START };
  const upstream = {
    status: 200 as number | 'refused',
    retryAfter: undefined as string | undefined,
    asked: 0,
    askedAt: [] as number[],
  };
  const log = memoryLog();
  const wire = {
    async send() {
      upstream.asked += 1;
      upstream.askedAt.push(clock.ms);
      await undefined;
      if (upstream.status === 'refused') throw Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
      return {
        status: upstream.status,
        headers: upstream.retryAfter === undefined ? {} : { 'retry-after': upstream.retryAfter },
      };
    },
  };
  const wires = Array.from({ length: processes }, () => guardedWire(wire, { store, now: () => clock.ms, log }));
  const url = new URL('https://cache.nixos.org/x');
  const ask = (which: number, address: URL = url) =>
    failureOf(wires[which]?.send({ url: address, method: 'GET', headers: {} }, live) ?? Promise.reject(new Error()));
  const askAll = () => Promise.all(wires.flatMap((_, which) => [ask(which), ask(which), ask(which)]));
  const events = () => log.lines.map(({ event }) => event);
  /** Calls the host down by the first process, and lets the others learn of it. */
  async function goDown(): Promise<void> {
    for (let i = 0; i < 5; i += 1) await ask(0);
    clock.ms += 2 * SECOND;
    upstream.asked = 0;
  }
  return { clock, upstream, log, ask, askAll, events, goDown };
}

const isRefusal = (error: unknown): boolean =>
  error instanceof UpstreamFailed && Number(error.facts.retryAfterMs) > 0 && /is down/.test(error.message);

describe('a host that is down', () => {
  it.each(['refused', 500, 503, 429] as const)(
    '(%s) is asked five times in a row, and then no more',
    async (status) => {
      const { upstream, ask, events } = mirror(1);
      upstream.status = status;
      for (let i = 0; i < 20; i += 1) await ask(0);
      expect(upstream.asked).toBe(5);
      expect(events()).toEqual(['upstream.down']);
      expect(isRefusal(await ask(0))).toBe(true);
    },
  );

  it('is down for all processes two seconds later', async () => {
    const { upstream, askAll, goDown, events } = mirror(5);
    await askAll();
    upstream.status = 'refused';
    await goDown();
    expect((await askAll()).every(isRefusal)).toBe(true);
    expect(upstream.asked).toBe(0);
    expect(events()).toEqual(['upstream.down']);
  });

  it.each([
    ['memory', async () => ({ store: memoryBucket(), end: async () => undefined })],
    [
      'a directory',
      async () => {
        const directory = await mkdtemp(join(tmpdir(), 'breaker-'));
        return { store: fileBucket(directory), end: () => rm(directory, { recursive: true }) };
      },
    ],
  ])('gets one probe in ten seconds from all processes together (%s)', async (_store, open) => {
    const { store, end } = await open();
    const { clock, upstream, askAll, goDown } = mirror(8, store);
    upstream.status = 'refused';
    await goDown();
    const probes: number[] = [];
    for (let s = 0; s < 45; s += 1) {
      const before = upstream.asked;
      await askAll();
      if (upstream.asked > before) probes.push(clock.ms);
      expect(upstream.asked - before).toBeLessThanOrEqual(1);
      clock.ms += SECOND;
    }
    expect(probes.length).toBe(4);
    expect(probes.slice(1).every((at, i) => at - (probes[i] ?? 0) >= 10 * SECOND)).toBe(true);
    await end();
  });

  it.each([0, 300, 900, 1_500])('gets them ten seconds apart where a claim takes %i ms to write', async (writeMs) => {
    const store = memoryBucket();
    let writes = 0;
    const slow: BreakerStore = {
      get: (key, options) => store.get(key, options),
      async put(key, body, options) {
        writes += 1;
        clock.ms += writes % 2 === 0 ? writeMs : 0; // every other one
        return store.put(key, body, options);
      },
    };
    const { clock, upstream, ask, goDown } = mirror(3, slow);
    upstream.status = 'refused';
    await goDown();
    upstream.askedAt.length = 0;
    for (let i = 0; i < 600; i += 1) {
      await ask(i % 3);
      clock.ms += 100;
    }
    const gaps = upstream.askedAt.slice(1).map((at, i) => at - (upstream.askedAt[i] ?? 0));
    expect(gaps.length).toBeGreaterThanOrEqual(1);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10 * SECOND);
  });

  it('is up for all when a probe is answered, which is said once', async () => {
    const { clock, upstream, ask, askAll, goDown, events } = mirror(5);
    upstream.status = 'refused';
    await goDown();
    upstream.status = 404; // an answer
    clock.ms += 8 * SECOND;
    await ask(3);
    clock.ms += 2 * SECOND;
    await askAll();
    expect(upstream.asked).toBe(1 + 15);
    expect(events()).toEqual(['upstream.down', 'upstream.up']);
  });

  it('is left alone as long as it asks for', async () => {
    const { clock, upstream, ask } = mirror(1);
    Object.assign(upstream, { status: 503, retryAfter: '60' });
    for (let i = 0; i < 6; i += 1) await ask(0);
    clock.ms += 59 * SECOND;
    await ask(0);
    expect(upstream.asked).toBe(5);
    clock.ms += 2 * SECOND;
    await ask(0); // the probe is told the same
    clock.ms += 59 * SECOND;
    await ask(0);
    expect(upstream.asked).toBe(6);
  });

  it('makes no other host down', async () => {
    const { upstream, ask } = mirror(1);
    upstream.status = 'refused';
    for (let i = 0; i < 9; i += 1) await ask(0);
    await ask(0, new URL('https://channels.nixos.org/nixos-unstable'));
    expect(upstream.asked).toBe(6);
  });
});

it('stays up for failures with answers between them', async () => {
  const { upstream, ask } = mirror(1);
  for (let i = 0; i < 30; i += 1) {
    upstream.status = i % 5 === 4 ? 404 : 500;
    await ask(0);
  }
  expect(upstream.asked).toBe(30);
});

describe('a store that fails', () => {
  const broken = { get: () => Promise.reject(new Error('gone')), put: () => Promise.reject(new Error('gone')) };

  it('stops nobody, and is mentioned once', async () => {
    const { upstream, ask, events } = mirror(1, broken);
    upstream.status = 'refused';
    for (let i = 0; i < 20; i += 1) await ask(0);
    expect(upstream.asked).toBe(20);
    expect(events()).toEqual(['breaker.ignored']);
  });

  it('while the host is down, lets it be asked again', async () => {
    const inner = memoryBucket();
    let works = true;
    const store: BreakerStore = {
      get: (...told) => (works ? inner.get(...told) : broken.get()),
      put: (...told) => (works ? inner.put(...told) : broken.put()),
    };
    const { upstream, ask, goDown } = mirror(1, store);
    upstream.status = 'refused';
    await goDown();
    works = false;
    await ask(0);
    expect(upstream.asked).toBe(1);
  });
});

describe('clients that share a store', () => {
  it('do not retry what the breaker refuses, and open no connection for it', async () => {
    const server = await serverThat(hangUp);
    const breakerStore = memoryBucket();
    const clients = Array.from({ length: 6 }, () => clientOf(server, { breakerStore }));
    const failures = await Promise.all(clients.map((client) => failureOf(get(client, server.url))));
    expect(failures.every((failure) => failure instanceof UpstreamFailed)).toBe(true);
    const accepted = server.sockets.accepted;
    expect(accepted).toBeLessThanOrEqual(6 * 4);
    await failureOf(get(clients[0] as (typeof clients)[number], server.url)); // its fifth failure calls it down

    const settled = server.sockets.accepted;
    const late = Array.from({ length: 6 }, () => clientOf(server, { breakerStore }));
    const refusals = await Promise.all(late.map((client) => failureOf(get(client, server.url))));
    expect(refusals.every(isRefusal)).toBe(true);
    expect(late.every(({ waits }) => waits.length === 0)).toBe(true);
    expect(server.sockets.accepted).toBe(settled);
  });

  it('notice nothing while all is well', async () => {
    const server = await serverThat(saying(404), fine);
    const client = clientOf(server, { breakerStore: memoryBucket() });
    expect((await get(client, server.url)).status).toBe(404);
    expect((await get(client, server.url)).status).toBe(200);
  });
});
