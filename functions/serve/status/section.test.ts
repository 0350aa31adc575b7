import fc from 'fast-check';
import { COLLECTED_KEY, formatCollected } from '../../../events/collected.ts';
import { requestRecord } from '../../../events/request-record.ts';
import { formatScrub, SCRUB_KEY } from '../../../events/scrub.ts';
import { formatSpoolStanding, SPOOL_STANDING_KEY } from '../../../events/spool-standing.ts';
import { parseChannelName } from '../../../shared/nix/release.ts';
import { apiAnswers } from '../../../shared/testing/api-answers.ts';
import {
  RELEASES,
  STABLE,
  type StatusWorld,
  statusWorld,
  UNSTABLE_SMALL,
} from '../../../shared/testing/status-world.ts';
import { TEST_KEY } from '../../../shared/testing/store-objects.ts';
import { CAT_FACTS, createCatFacts } from './cat-facts.ts';
import type { healthJson, statusJson } from './status-json.ts';

type StatusJson = ReturnType<typeof statusJson>;
type HealthJson = ReturnType<typeof healthJson>;

const refused = () => Object.assign(new Error('connect to 10.0.0.7 with AKIA123'), { code: 'ECONNREFUSED' });
const fine = async () => undefined;
const broken = () => Promise.reject(refused());

/** The page as a person reads it. */
const textOf = (html = ''): string =>
  html
    .replace(/<(style|title)>.*?<\/\1>/gs, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/[\s\u00a0\u202f]+/g, ' ')
    .replace(/ (?=[,.;:])/g, '');

const read = async ({ ask }: StatusWorld, path = '/') => {
  const answer = await ask(path);
  return { ...answer, body: Buffer.from(answer.body ?? '', path === '/' ? 'utf8' : 'latin1').toString('utf8') };
};
const page = async (world: StatusWorld) => textOf((await read(world)).body);
const json = async (world: StatusWorld) => JSON.parse((await read(world, '/api/status')).body) as StatusJson;
const health = async (world: StatusWorld) => {
  const { status, headers, body } = await read(world, '/healthz');
  return { status, cache: headers['cache-control'], ...(JSON.parse(body) as HealthJson) };
};

async function filled(...options: Parameters<typeof statusWorld>): Promise<StatusWorld> {
  const world = statusWorld(...options);
  await world.fill();
  await world.probe();
  await world.poll();
  return world;
}

describe('the verdict', () => {
  it.each([
    ['all is well', {}, fine, 'online', 200],
    ['ClickHouse is not configured', {}, undefined, 'online', 200],
    ['only ClickHouse is down', {}, broken, 'malfunctioning', 200],
    ['the records are down', { state: refused() }, fine, 'malfunctioning', 200],
    ['the bucket is down', { bucket: refused() }, fine, 'offline', 503],
    ['all is down', { bucket: refused(), state: refused() }, broken, 'offline', 503],
  ] as const)('when %s', async (_when, down, askClickHouse, state, status) => {
    const world = await filled({ askClickHouse });
    Object.assign(world.down, down);
    const answer = await read(world);
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(answer.body).toContain(`<title>cache.example.org is ${state} · Copycat</title>`);
    expect(textOf(answer.body)).toContain(`cache.example.org is ${state}`);
    expect((await json(world)).state).toBe(state);
    expect(await health(world)).toMatchObject({ status, cache: 'no-store', state });
    const asks = textOf(answer.body).includes('please contact the administrators: ops@example.org');
    expect(asks).toBe(state !== 'online');
  });

  it('gives a trouble in a number and words of our own, and nothing of the error', async () => {
    const world = await filled({ askClickHouse: () => new Promise(() => undefined) });
    world.down.bucket = refused();
    const text = await page(world);
    expect(text).toMatch(/S3 backend offline 521 \(connection refused\)/);
    expect(text).toMatch(/ClickHouse offline 522 \(connection timed out\)/);
    expect(text).not.toMatch(/10\.0\.0\.7|AKIA/);
    expect(await health(world)).toMatchObject({
      bucket: { state: 'offline', code: 521, reason: 'connection refused' },
      clickhouse: { state: 'offline', code: 522, reason: 'connection timed out' },
    });
  });
});

describe('the channels', () => {
  it('lead to what their release brought, once that is written down', async () => {
    const world = await filled({ channels: [STABLE] });
    const key = `releases/${RELEASES.stable}/changes.ndjson.zst`;
    expect((await json(world)).channels).toMatchObject([{ here: { changes: null } }]);
    await world.bucket.put(key, 'lines');
    world.pass(15_001);
    expect((await json(world)).channels).toMatchObject([{ here: { changes: `/${key}` } }]);
    expect((await read(world)).body).toContain(`href="/${key}"`);
  });

  it('say where they stand, how far behind, and what is under way', async () => {
    const { channels, poll } = await json(await filled());
    expect(channels).toMatchObject([
      {
        channel: STABLE,
        state: 'complete',
        behind_seconds: 0,
        here: { release: RELEASES.stable, listed: 98_415, present: 98_412, unavailable: { missing: 1, blocked: 2 } },
        copying: null,
      },
      { state: 'complete', here: { present: 41_203 } },
      {
        channel: UNSTABLE_SMALL,
        state: 'copying',
        behind_seconds: 107 * 60,
        here: { release: RELEASES.before },
        upstream: { release: RELEASES.next },
        copying: { release: RELEASES.next, listed: 40_877, to_come: 2_896 },
      },
    ]);
    expect(poll).toEqual({ last: '2026-11-23T09:45:07.000Z', next: '2026-11-23T12:45:07.000Z', every_seconds: 10_800 });
  });

  it('say it in words as well', async () => {
    const text = await page(await filled());
    expect(text).toMatch(/nixos-26\.05 moved 5 h ago complete a1b2c3d current 98 412 3 1 missing, 2 blocked/);
    expect(text).toMatch(/nixos-unstable-small moved 9 h ago copying 92 % 77d01be upstream 9f8e7d6 1 h 47 min/);
    expect(text).toContain('Polled every three hours. Last poll 09:45, next in 1 h 12 min.');
  });

  it('wait on the first day, without a complaint', async () => {
    const world = statusWorld();
    await world.probe();
    const { channels, findings, state } = await json(world);
    expect(state).toBe('online');
    expect(channels.map((channel) => channel.state)).toEqual(['waiting', 'waiting', 'waiting']);
    expect(findings).toEqual([]);
    expect(await page(world)).toContain('Not polled yet.');
  });

  it('are shown as they were while the records cannot be read, which is said', async () => {
    const world = await filled();
    const before = await json(world);
    world.down.state = refused();
    world.pass(20_000);
    const after = await json(world);
    expect(after.channels.map(({ here }) => here)).toEqual(before.channels.map(({ here }) => here));
    expect(after.findings).toEqual([{ kind: 'records-unread', since: '2026-11-23T11:33:07.000Z' }]);
  });

  it('are not known when nothing could ever be read', async () => {
    const world = statusWorld();
    world.down.state = refused();
    const { channels, findings } = await json(world);
    expect(channels.map((channel) => channel.state)).toEqual(['unknown', 'unknown', 'unknown']);
    expect(findings).toEqual([{ kind: 'records-unread', since: null }]);
    expect(await page(world)).not.toContain('Not polled yet');
  });

  it('are current when upstream goes back to where they stand', async () => {
    const world = await filled({ channels: [UNSTABLE_SMALL] });
    await world.poll([{ channel: UNSTABLE_SMALL, outcome: 'unchanged', release: RELEASES.before }]);
    expect((await json(world)).channels).toMatchObject([{ state: 'complete', behind_seconds: 0, copying: null }]);
  });

  it('that are none leave room for the first', async () => {
    expect(await page(statusWorld({ channels: [] }))).toContain('No channel is named here yet.');
  });
});

describe('the findings', () => {
  it('say that publish has not run, and since when', async () => {
    const world = await filled();
    world.pass(5 * 60_000);
    expect(await json(world)).toMatchObject({
      state: 'malfunctioning',
      upstream: { state: 'unknown', checked: '2026-11-23T11:33:00.000Z' },
      findings: [{ kind: 'not-probed', since: '2026-11-23T11:33:00.000Z' }],
    });
    const text = await page(world);
    expect(text).toContain('cache.example.org is malfunctioning');
    expect(text).toContain('New ones do not appear, for the publisher does not run.');
    expect(text).toMatch(/Publishing has not run since 11:33, 5 min ago/);
  });

  it('still know days later that publish does not run, and do not hold the first minute against it', async () => {
    const world = await filled();
    world.pass(4 * 86_400_000);
    expect(await json(world)).toMatchObject({ state: 'malfunctioning', upstream: { state: 'unknown', checked: null } });
    expect((await json(statusWorld())).state).toBe('online');
  });

  it('do not hold midnight against it', async () => {
    const world = await filled();
    world.pass(Date.parse('2026-11-23T23:59:50Z') - world.clock.now);
    await world.probe();
    world.pass(30_000);
    expect(await json(world)).toMatchObject({ upstream: { state: 'online', latency_ms: 41 } });
  });

  it('say that polls are late, or have failed', async () => {
    const world = await filled({ channels: [STABLE] });
    await world.poll([{ channel: STABLE, outcome: 'failed' }]);
    expect(await json(world)).toMatchObject({
      channels: [{ poll_failed: true, state: 'complete' }],
      findings: [{ kind: 'polls-failed', channels: [STABLE] }],
    });
    world.pass(3 * 3_600_000);
    await world.probe();
    expect((await json(world)).findings).toMatchObject([{ kind: 'not-polled' }, { kind: 'polls-failed' }]);
  });

  it('say that copying is paused for want of room on the disk', async () => {
    const pause = async () => ({ reason: 'disk-full', free: 2 * 2 ** 30, limit: 5 * 2 ** 30 }) as const;
    const world = await filled({ pause });
    expect((await json(world)).findings).toEqual([
      { kind: 'copying-paused', reason: 'disk-full', free_bytes: 2 * 2 ** 30, limit_bytes: 5 * 2 ** 30 },
    ]);
    expect(await page(world)).toContain('Copying is paused: the disk has 2.0 GiB left');
  });

  it('say that copying is paused, and why', async () => {
    const pause = async () => ({ reason: 'bucket-limit', used: 412 * 2 ** 30, limit: 400 * 2 ** 30 }) as const;
    const world = await filled({ pause });
    expect((await json(world)).findings).toEqual([
      { kind: 'copying-paused', reason: 'bucket-limit', used_bytes: 412 * 2 ** 30, limit_bytes: 400 * 2 ** 30 },
    ]);
    expect(await page(world)).toContain('Copying is paused: the mirror holds 412 GiB, and may hold 400 GiB.');
  });
});

describe('the log stream', () => {
  const standing = {
    at: '2026-11-23T11:33:00.000Z',
    waiting: { segments: 3, bytes: 3 * 2 ** 20, oldest: '2026-11-23T11:31:00.000Z' },
    loadedUpTo: '2026-11-23T11:30:58.000Z',
    dropped: { lines: 12_345, since: '2026-11-22T09:00:00.000Z', last: '2026-11-23T11:00:00.000Z' },
  };

  it('is shown as far as it is loaded, with ClickHouse down as well', async () => {
    const world = await filled({ askClickHouse: broken });
    await world.state.put(SPOOL_STANDING_KEY, formatSpoolStanding(standing));
    expect((await json(world)).log_stream).toEqual({
      told: '2026-11-23T11:33:00.000Z',
      loaded_up_to: '2026-11-23T11:30:58.000Z',
      waiting: { segments: 3, bytes: 3 * 2 ** 20, since: '2026-11-23T11:31:00.000Z' },
      dropped: { lines: 12_345, since: '2026-11-22T09:00:00.000Z' },
    });
    expect(await page(world)).toContain(
      'Logs loaded up to 11:30, 3.0 MiB waiting since 11:31, 12 345 lines dropped since 22 Nov, 09:00.',
    );
  });

  it('is calm where nothing waits', async () => {
    const world = await filled();
    const calm = { at: standing.at, waiting: { segments: 0, bytes: 0 }, dropped: { lines: 0 } };
    await world.state.put(SPOOL_STANDING_KEY, formatSpoolStanding(calm));
    expect(await page(world)).toContain('Logs not loaded yet, nothing waiting.');
    expect((await json(world)).findings).toEqual([]);
  });

  it('is not mentioned where nobody has told of it, or what was told is damaged', async () => {
    const world = await filled();
    expect((await json(world)).log_stream).toBeNull();
    await world.state.put(SPOOL_STANDING_KEY, '{"at":"now"}');
    world.pass(20_000);
    expect((await json(world)).log_stream).toBeNull();
    expect(await page(world)).not.toContain('Logs');
  });
});

describe('the last ninety days', () => {
  const uptime = async (world: StatusWorld) => (await json(world)).uptime;

  it('are shown for each part that was probed, with the share of the good minutes', async () => {
    const world = await filled();
    await world.days([[1_440, 0], [1_421, 19], ...Array.from({ length: 87 }, () => [1_440, 0] as const)]);
    expect(await uptime(world)).toMatchObject({
      days: 90,
      bucket: {
        ...{ share: 0.9998, since: '2026-08-26', down_minutes: 19 },
        not_whole: [
          { date: '2026-11-21', down_minutes: 19, unmeasured_minutes: 0 },
          { date: '2026-11-23', down_minutes: 0, unmeasured_minutes: 11 * 60 + 32 },
        ],
      },
      clickhouse: { share: null, since: null, not_whole: [] },
    });
    const text = await page(world);
    expect(text).toContain('S3 backend, last 90 days: 99.98 % online');
    expect(text).toContain('21 Nov 19 min offline 19 min offline');
    expect(text).not.toContain('ClickHouse, last');
  });

  it('are dashed before the first probe', async () => {
    const world = statusWorld();
    expect(await uptime(world)).toMatchObject({ bucket: { share: null, since: null, ok_minutes: 0 } });
    const text = await page(world);
    expect(text).toContain('S3 backend, last 90 days: not measured yet');
    expect(text).not.toContain('not whole');
  });

  it('begin with the first minute', async () => {
    const world = await filled();
    expect(await uptime(world)).toMatchObject({ bucket: { share: 1, since: '2026-11-23', ok_minutes: 1 } });
    expect(await page(world)).toContain('100 % in 1 day');
  });

  it('have yesterday from its own object until it is counted up', async () => {
    const world = await filled();
    await world.probe({ bucket: { code: 522 } });
    world.pass(12.5 * 3_600_000);
    await world.probe();
    expect(await uptime(world)).toMatchObject({ bucket: { share: 0.5, since: '2026-11-23', ok_minutes: 1 } });
  });

  it('do without an object that is damaged', async () => {
    const world = await filled();
    await world.state.put('probes/days.json', '{"days":');
    await world.state.put('probes/2026-11-22.json', '[]');
    expect(await uptime(world)).toMatchObject({ bucket: { since: '2026-11-23' } });
    await world.state.put('probes/2026-11-23.json', 'garbage');
    world.pass(15_001);
    expect(await uptime(world)).toMatchObject({ bucket: { since: null } });
  });

  it('do not need ClickHouse', async () => {
    const world = await filled({ askClickHouse: broken });
    await world.days([[1_440, 0]]);
    expect(await uptime(world)).toMatchObject({ bucket: { share: 1, since: '2026-11-22' } });
  });

  it('are as they were read last while the state bucket is down, and absent when they could never be read', async () => {
    const world = await filled();
    await world.days([[1_439, 1]]);
    const before = await uptime(world);
    world.down.state = refused();
    world.pass(15_001);
    expect(await uptime(world)).toEqual(before);
    expect(await page(world)).toContain('S3 backend, last 90 days: 99.93 % online');
    const fresh = statusWorld();
    fresh.down.state = refused();
    expect(await uptime(fresh)).toBeNull();
    const text = await page(fresh);
    expect(text).toContain('S3 backend online');
    expect(text).not.toContain('last 90 days');
  });

  it('keep the page small when each of them was bad', async () => {
    const world = await filled({ askClickHouse: fine });
    await world.days(Array.from({ length: 89 }, () => [1_000, 75] as const));
    expect(Buffer.byteLength((await read(world)).body)).toBeLessThan(60 * 1_024);
  });
});

describe('the delay of the log stream', () => {
  const delay = {
    loadedUpTo: new Date('2026-11-23T11:32:58.400Z'),
    asOf: new Date('2026-11-23T11:33:07.600Z'),
    fresh: true,
  };

  it('is shown where ClickHouse says it', async () => {
    const world = await filled({ logDelay: async () => delay });
    expect(await page(world)).toContain('Logs loaded up to 11:32:58 (9 s behind).');
    expect((await json(world)).log_delay).toEqual({
      loaded_up_to: '2026-11-23T11:32:58.400Z',
      behind_seconds: 9,
      as_of: '2026-11-23T11:33:07.600Z',
    });
  });

  it('has its date when it is an old answer', async () => {
    const old = { ...delay, asOf: new Date('2026-11-23T11:33:00Z'), fresh: false };
    const world = await filled({ askClickHouse: broken, logDelay: async () => old });
    expect(await page(world)).toContain('Logs loaded up to 11:32:58 as of 11:33; ClickHouse does not say more now.');
  });

  it('is absent where nobody says it, and where the runtime of one machine tells how its stream stands', async () => {
    const world = await filled({ logDelay: async () => undefined });
    expect((await json(world)).log_delay).toBeNull();
    expect(await page(world)).not.toContain('Logs');
    const here = await filled({ logDelay: async () => delay });
    const calm = { at: '2026-11-23T11:33:00.000Z', waiting: { segments: 0, bytes: 0 }, dropped: { lines: 0 } };
    await here.state.put(SPOOL_STANDING_KEY, formatSpoolStanding(calm));
    expect(await page(here)).not.toContain('behind)');
  });
});

describe('the scrub and the collection', () => {
  const seen = { began: '2026-11-02T03:00:00.000Z', names: 98_412, nars: 91_204, bytes: 205 * 2 ** 30 };
  const scrubbed = {
    at: '2026-11-23T11:30:00.000Z',
    allowance: 7,
    last: { ...seen, found: {}, ended: '2026-11-20T03:00:00.000Z' },
    round: { ...seen, names: 8_120, found: { 'nar-rotten': 2 }, cursor: 'g1b2c.narinfo', withdrawn: 2 },
  };
  const figures = {
    ...{ names: 9, liveNames: 5, liveBytes: 50, condemnedNames: 4, condemnedNars: 4, condemnedBytes: 40 },
    ...{ deletedNames: 812, deletedNars: 790, deletedBytes: 3 * 2 ** 30, deletedObjects: 3_201, retiredReleases: 1 },
  };
  const collected = {
    ...{ outcome: 'collected' as const, at: '2026-11-23T04:00:00.000Z', next: '2026-11-24T04:00:00.000Z' },
    figures,
  };

  it('are not there yet on a mirror without their records, which is no fault', async () => {
    const world = await filled();
    const found = await json(world);
    expect(found).toMatchObject({
      scrub: { told: null, last: null, present: null },
      collect: { outcome: null, last: null, next: null, freed: null },
      findings: [],
    });
    const text = await page(world);
    expect(text).toContain('Scrub not yet');
    expect(text).toContain('Collection not yet.');
  });

  it('say how far they are, what was found and what was freed', async () => {
    const world = await filled();
    await world.state.put(SCRUB_KEY, formatScrub(scrubbed));
    await world.state.put(COLLECTED_KEY, formatCollected(collected));
    expect(await json(world)).toMatchObject({
      scrub: {
        last: { names: 98_412, bytes: 205 * 2 ** 30, found: {}, ended: '2026-11-20T03:00:00.000Z' },
        present: { names: 8_120, found: { 'nar-rotten': 2 }, share: (15 * 32 + 1) / 1024 },
      },
      collect: {
        ...{ outcome: 'collected', last: '2026-11-23T04:00:00.000Z', next: '2026-11-24T04:00:00.000Z' },
        freed: { names: 812, nars: 790, bytes: 3 * 2 ** 30, objects: 3_201, releases: 1 },
        condemned: { names: 4, bytes: 40 },
      },
      findings: [{ kind: 'damage-found', since: '2026-11-02T03:00:00.000Z', found: { 'nar-rotten': 2 } }],
    });
    const text = await page(world);
    expect(text).toContain(
      'Scrub last round ended 20 Nov, 03:00: 98 412 names, 205 GiB read, nothing found; present round 46 %, 8 120 names, 2 nar-rotten.',
    );
    expect(text).toContain('Collection last ran 04:00: 812 names and 3.0 GiB freed, next 24 Nov, 04:00.');
  });

  it('tell that collect refuses, and not by which key or path', async () => {
    const world = await filled();
    const refused = { ...collected, outcome: 'refused' as const, reason: 'AKIA123/secret can’t be read' };
    await world.state.put(COLLECTED_KEY, formatCollected(refused));
    const answer = await read(world, '/api/status');
    expect(JSON.parse(answer.body)).toMatchObject({
      state: 'online',
      findings: [{ kind: 'collect-refused', since: '2026-11-23T04:00:00.000Z' }],
    });
    const text = await page(world);
    expect(text).toContain('Collection refused 04:00');
    for (const body of [answer.body, text]) expect(body).not.toMatch(/AKIA123|secret/);
  });

  it('have not collected while the first run is waited for', async () => {
    const world = await filled();
    const { at, next } = collected;
    await world.state.put(COLLECTED_KEY, formatCollected({ outcome: 'waiting', at, next }));
    expect((await json(world)).collect).toMatchObject({ outcome: null, last: null, next });
    expect(await page(world)).toContain('Collection not yet, next 24 Nov, 04:00.');
  });

  it('are shown as they were while the records are down, and are not known when they could never be read', async () => {
    const world = await filled();
    await world.state.put(COLLECTED_KEY, formatCollected(collected));
    await json(world);
    world.down.state = refused();
    world.pass(20_000);
    expect((await json(world)).collect).toMatchObject({ outcome: 'collected' });
    const fresh = statusWorld();
    fresh.down.state = refused();
    expect(await json(fresh)).toMatchObject({ scrub: null, collect: null });
    expect(await page(fresh)).toContain('Scrub not known. Collection not known.');
  });

  it('show nothing of a record that is damaged, or holds more than words', async () => {
    const world = await filled();
    const hostile = { ...scrubbed, last: { ...scrubbed.last, found: { '<script>AKIA123': 1 } } };
    await world.state.put(SCRUB_KEY, formatScrub(hostile));
    await world.state.put(COLLECTED_KEY, '{');
    expect((await read(world)).body).not.toContain('AKIA123');
    expect(await json(world)).toMatchObject({ scrub: { last: null }, collect: { last: null }, findings: [] });
  });
});

describe('the page', () => {
  it('asks the parts once in fifteen seconds, however many look at it', async () => {
    const world = await filled();
    await Promise.all(Array.from({ length: 50 }, () => read(world)));
    const asked = world.asked.length;
    expect(asked).toBeLessThan(25);
    world.pass(14_000);
    await Promise.all([read(world), json(world), health(world)]);
    expect(world.asked).toHaveLength(asked);
    world.pass(2_000);
    await read(world);
    expect(world.asked.length).toBeGreaterThan(asked);
  });

  it('answers in time when everything hangs', async () => {
    const world = statusWorld({
      askClickHouse: () => new Promise(() => undefined),
      pause: () => new Promise(() => undefined),
    });
    expect(await read(world)).toMatchObject({ status: 200 });
    expect(await json(world)).toMatchObject({ state: 'malfunctioning' });
  });

  it('has an id for each request, the same in text and header, and another fact each time', async () => {
    const world = await filled();
    const [one, two] = [await read(world), await read(world)];
    const id = one.headers['x-request-id'] ?? '';
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(textOf(one.body)).toContain(`Request ${id}`);
    expect(two.headers['x-request-id']).not.toBe(id);
    expect(world.log.lines).toMatchObject([{ event: 'page.answered', request_id: id }, { event: 'page.answered' }]);
    const factOf = (text: string) => CAT_FACTS.find((fact) => text.includes(fact));
    expect(factOf(one.body)).toBeDefined();
    expect(factOf(two.body)).not.toBe(factOf(one.body));
  });

  it('names the address where it was asked, and the key only where another one than Nix has is needed', async () => {
    const world = await filled();
    const { body } = await read(world);
    expect(textOf(body)).toContain('substituters = https://mirror.example.org https://cache.nixos.org ');
    expect(textOf(body)).toContain('No separate key is needed');
    const foreign = await page(await filled({ publicKeys: [TEST_KEY] }));
    expect(foreign).toContain('extra-trusted-public-keys = test-1:');
    expect(foreign).not.toContain('No separate key');
  });

  it('promises no more than it keeps: where misses are forwarded, it says so', async () => {
    const forwarded = 'The hash of a store path that is not here is forwarded to upstream';
    for (const path of ['/', '/what-is-counted']) {
      const [kept, told] = await Promise.all(
        [false, true].map(async (forwardsMisses) => (await (await filled({ forwardsMisses })).ask(path)).body),
      );
      expect([kept?.includes(forwarded), told?.includes(forwarded)]).toEqual([false, true]);
    }
  });

  it('promises on the first page what it keeps, and lists every field of a record', async () => {
    const world = await filled();
    expect((await read(world)).body).toContain('Requests and responses are logged. IP addresses are not.');
    const { body = '' } = await world.ask('/what-is-counted');
    const fields = Object.keys(requestRecord.entries).filter((name) => name !== 'v' && name !== 'kind');
    expect([...body.matchAll(/<th scope="row"><code>(\w+)</g)].map(([, name]) => name).sort()).toEqual(fields.sort());
    for (const words of ['kept for 90 days', 'Country and package are never put together', 'answered 200, 302 or 307'])
      expect(textOf(body)).toContain(words);
  });

  it('says as JSON what the description of the API says, every field of it', async () => {
    const LOADED = {
      loadedUpTo: new Date('2026-11-23T11:32:58Z'),
      asOf: new Date('2026-11-23T11:33:07Z'),
      fresh: true,
    };
    const complaints = apiAnswers();
    for (const world of [statusWorld(), await filled({ logDelay: async () => LOADED })]) {
      await world.days([
        [1_440, 0],
        [1_421, 19],
      ]);
      for (const path of ['/api/status', '/healthz']) {
        const { status, headers, body = '' } = await world.ask(path);
        expect([path, complaints(path, { status, type: headers['content-type'], body })]).toEqual([path, []]);
      }
    }
  });

  it('says what figures mean on this mirror, and what they leave out', async () => {
    const figures = async (counted: { redirects: boolean; threshold: number }) =>
      textOf((await (await filled({ counted })).ask('/what-is-counted')).body ?? '').replaceAll(/\s+/g, ' ');
    const usual = await figures({ redirects: false, threshold: 10 });
    expect(usual).toContain('This mirror sends NARs itself.');
    expect(usual).toContain('packages and versions with fewer than 10 downloads');
    expect(usual).toContain('Countries with fewer than 100 downloads.');
    const other = await figures({ redirects: true, threshold: 0 });
    expect(other).toContain('This mirror redirects to most NARs');
    expect(other).not.toContain('packages and versions with fewer');
    expect(other).toContain('Countries with fewer than 100 downloads.');
    expect(await figures({ redirects: false, threshold: 500 })).toContain('Countries with fewer than 500 downloads.');
  });

  it('lets nothing through unescaped, whatever it is called', async () => {
    const nasty = fc.string({ unit: fc.constantFrom('"', "'", '<', '>', '&', '`', 'x', '/', '=') });
    await fc.assert(
      fc.asyncProperty(nasty, async (rest) => {
        const name = `"><script>${rest}`;
        const site = {
          name,
          contact: name,
          version: name,
          sourceUrl: `https://a/${name}`,
          issuesUrl: `javascript:${name}`,
        };
        const world = statusWorld({ site });
        await world.fill();
        for (const path of ['/', '/what-is-counted']) {
          const { body = '' } = await world.ask(path);
          expect(body).not.toContain('<script');
          expect(body).not.toMatch(/<[^>]*\s(on\w+|style)=/i);
          expect(body).not.toMatch(/href="javascript/i);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('shows a revision that upstream made up as the text it is', async () => {
    const channel = parseChannelName('nixos-unstable');
    const world = statusWorld({ channels: [channel] });
    const pointer = { channel, release: RELEASES.next, revision: '"><script>', movedAt: '2026-11-23T00:00:00Z' };
    await world.bucket.put(
      `channels/${channel}.json`,
      JSON.stringify({ ...pointer, listed: 1, unavailable: { '<b>': 1 } }),
    );
    const { body } = await read(world);
    expect(body).toContain('&quot;&gt;&lt;script');
    expect(body).not.toMatch(/<script|<b>/);
  });
});

describe('what may be kept', () => {
  it.each([
    ['/api/status', 'public, max-age=15', 'application/json'],
    [
      '/what-is-counted',
      'public, max-age=60, s-maxage=300, stale-while-revalidate=600, stale-if-error=86400',
      'text/html; charset=utf-8',
    ],
    ['/favicon.svg', 'public, max-age=86400', 'image/svg+xml'],
  ])('%s is, and is asked for again by its tag', async (path, cache, type) => {
    const world = await filled();
    const answer = await world.ask(path);
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': cache, 'content-type': type } });
    const again = await world.ask(path, { ifNoneMatch: answer.headers.etag });
    expect(again).toMatchObject({ status: 304, body: undefined });
  });

  it('says on every page what a browser may do: nothing', async () => {
    const world = await filled();
    for (const path of ['/', '/what-is-counted']) {
      const { headers } = await world.ask(path);
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/);
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});

describe('cat facts', () => {
  it('are thirty at least, each one once, and none comes twice in a row', () => {
    expect(new Set(CAT_FACTS).size).toBe(CAT_FACTS.length);
    expect(CAT_FACTS.length).toBeGreaterThanOrEqual(30);
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), (dice) => {
        const next = createCatFacts((below) => Number(dice.next().value) % below);
        const facts = Array.from({ length: 20 }, next);
        for (const [at, fact] of facts.entries()) {
          expect(CAT_FACTS).toContain(fact);
          expect(fact).not.toBe(facts[at - 1]);
        }
      }),
    );
  });
});
