/** The log stream of one machine, by whole mirrors: what was asked of them and what they did comes out as rows, whatever is down meanwhile. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readAddress } from '../../local/analytics-address.ts';
import { openClickHouse } from '../../shared/analytics/client.ts';
import { segmentName } from '../../shared/analytics/spool-writer.ts';
import { parseClickHouseUrl } from '../../shared/config/clickhouse-url.ts';
import { logLine, RECORDS } from '../../shared/testing/log-lines.ts';
import { listenSampleUpstream, SAMPLE_CHANNEL, type SampleUpstream } from '../../shared/testing/sample-upstream.ts';
import { untilAllCounted } from '../support/all-counted.ts';
import { startTestClickHouse } from '../support/clickhouse.ts';
import { describeWithClickHouse } from '../support/describe-with.ts';
import { eventually, until } from '../support/eventually.ts';
import { type Mirror, runMirrorOnce, startMirror } from '../support/mirror.ts';
import { childrenOf } from '../support/processes.ts';
import { openRelay } from '../support/relay.ts';
import { makeFolder, removeFolder } from '../support/temporary-folder.ts';

const LONG_MS = 60_000;
const EMBEDDED = '';
const NOBODY = 'http://127.0.0.1:1';
const MISSING = '/00000000000000000000000000000000.narinfo';

describeWithClickHouse('one machine', () => {
  let folder: string;
  let upstream: SampleUpstream;
  let mirror: Mirror | undefined;
  const dataDir = () => join(folder, 'data');
  const spool = () => join(dataDir(), 'spool');

  beforeAll(async () => {
    upstream = await listenSampleUpstream();
  });
  afterAll(() => upstream.close());
  beforeEach(async () => {
    folder = await makeFolder();
  });
  afterEach(async () => {
    await mirror?.stop();
    mirror = undefined;
    await removeFolder(folder);
  });

  const environmentOf = (own: Readonly<Record<string, string>>) => ({
    UPSTREAM_URL: upstream.cacheUrl,
    CHANNELS_URL: upstream.channelsUrl,
    RELEASES_URL: upstream.releasesUrl,
    CHANNELS: SAMPLE_CHANNEL,
    TRUSTED_PUBLIC_KEYS: upstream.publicKey,
    MIN_FREE_BYTES: '1',
    SERVE_PROCESSES: '2',
    ...own,
  });
  async function start(own: Readonly<Record<string, string>>): Promise<Mirror> {
    mirror = await startMirror({ dataDir: dataDir(), environment: environmentOf(own) });
    return mirror;
  }
  const stop = async () => {
    const code = await mirror?.stop();
    mirror = undefined;
    return code;
  };
  const ask = (path: string, version = '2.31.2') =>
    fetch(`${mirror?.url}${path}`, { headers: { 'user-agent': `curl/8 Nix/${version}` } });
  const status = async () => (await (await ask('/api/status')).json()) as StatusJson;

  /** Of the embedded ClickHouse, or another one. */
  async function number(query: string, at?: string): Promise<number> {
    const url = at ?? (await readAddress(join(dataDir(), 'analytics'))) ?? '';
    const client = openClickHouse(parseClickHouseUrl(url));
    try {
      const answer = await client.query({ query, format: 'JSONEachRow' });
      return Number((await answer.json<{ n: string }>())[0]?.n);
    } finally {
      await client.close();
    }
  }
  const requestsBy = (version: string, at?: string) =>
    number(`SELECT count() AS n FROM requests WHERE client_version = '${version}'`, at);
  const untilRows = (what: string, query: string, rows: number, at?: string) =>
    until(what, async () => (await number(query, at)) >= rows, LONG_MS);

  it('makes rows of what was asked and done, once, and takes the rest up at the next start', async () => {
    await start({ CLICKHOUSE_URL: EMBEDDED });
    const { hash } = upstream.hello.path;
    await until('hello to be here', async () => (await ask(`/${hash}.narinfo`, '1.0')).ok, LONG_MS);
    for (let times = 0; times < 5; times += 1) expect((await ask('/nix-cache-info', '2.0')).ok).toBe(true);
    expect((await ask(MISSING, '2.0')).status).toBe(404);
    await untilRows('requests', `SELECT count() AS n FROM requests WHERE client_version = '2.0'`, 6);
    await untilRows('copies', `SELECT count() AS n FROM copies WHERE outcome = 'copied'`, 2);
    await untilRows('an update of the channel', `SELECT count() AS n FROM channel_updates`, 1);
    await untilAllCounted((await readAddress(join(dataDir(), 'analytics'))) ?? '');
    await expect(number(`SELECT sum(checkins) AS n FROM clients_daily WHERE client_version = '2.0'`)).resolves.toBe(5);
    await expect(number(`SELECT count() AS n FROM unreadable`)).resolves.toBe(0);
    const look = async () => {
      const found = await status();
      return found.log_stream?.loaded_up_to ? found : undefined;
    };
    const told = await eventually('it to be told', look, LONG_MS);
    expect(told).toMatchObject({ state: 'online', log_stream: { dropped: { lines: 0 } } });

    await ask('/nix-cache-info', '3.0');
    expect(await stop()).toBe(0);
    await expect(readdir(spool())).resolves.toEqual([]); // the last of it was loaded before the engine stopped
    await start({ CLICKHOUSE_URL: EMBEDDED });
    await expect(requestsBy('3.0')).resolves.toBe(1);
    await expect(requestsBy('2.0')).resolves.toBe(6);
  });

  it('takes up what a mirror that was killed has left, and doubles nothing', async () => {
    const { program } = await start({ CLICKHOUSE_URL: EMBEDDED });
    let answered = 0;
    const visitors = Array.from({ length: 4 }, async () => {
      for (;;) {
        await (await ask(MISSING, '6.0')).text();
        answered += 1;
        await delay(20);
      }
    });
    await delay(8_000);
    program.signal('SIGKILL', 'group');
    await Promise.allSettled(visitors);
    await program.ended;
    mirror = undefined;
    const left = await readdir(spool());
    expect(left.length).toBeGreaterThan(0);
    await start({ CLICKHOUSE_URL: EMBEDDED });
    const isTaken = async () =>
      (await readdir(spool())).every((file) => !left.includes(file.replace('ndjson', 'open')) && !left.includes(file));
    await until('all that was left to be taken', isTaken, LONG_MS);
    await untilAllCounted((await readAddress(join(dataDir(), 'analytics'))) ?? '');
    const rows = await requestsBy('6.0');
    expect(rows).toBeGreaterThanOrEqual(answered - visitors.length); // whose answers were out when it was killed
    await expect(number(`SELECT uniqExact(event_id) AS n FROM requests WHERE client_version = '6.0'`)).resolves.toBe(
      rows,
    );
    await expect(number(`SELECT sum(requests) AS n FROM clients_daily WHERE client_version = '6.0'`)).resolves.toBe(
      rows,
    );
    await expect(number('SELECT count() AS n FROM unreadable')).resolves.toBe(0);
  });

  it('keeps everything for a server that comes later', async () => {
    const relay = await openRelay();
    const engine = await startTestClickHouse(join(folder, 'server'));
    const url = new URL(engine.url);
    const there = Number(url.port);
    url.port = String(relay.port);
    try {
      await start({ CLICKHOUSE_URL: url.href.replace(/\/$/, '') });
      await until('the mirror to say so', async () => (await status()).clickhouse.state === 'offline', LONG_MS);
      for (let times = 0; times < 20; times += 1) await ask(MISSING, '5.0');
      await until(
        'the spool to be told',
        async () => ((await status()).log_stream?.waiting.segments ?? 0) > 0,
        LONG_MS,
      );
      expect((await status()).state).toBe('malfunctioning');
      await relay.open(there);
      await untilRows('tables', `SELECT count() AS n FROM system.tables WHERE name = 'requests'`, 1, engine.url);
      await until('the rows', async () => (await requestsBy('5.0', engine.url)) === 20, LONG_MS);
      await until('it to be online', async () => (await status()).state === 'online', LONG_MS);
    } finally {
      await stop();
      await relay.close();
      await engine.stop();
    }
  });

  it('drops the oldest beyond its limit, counts it, and says so', async () => {
    await mkdir(spool(), { recursive: true });
    const line = logLine(RECORDS.request, { id: 'x', at: new Date() });
    for (let number = 0; number < 40; number += 1)
      await writeFile(join(spool(), `${segmentName(new Date(number), 1, number)}.ndjson`), `${line}\n`.repeat(10));
    await start({ CLICKHOUSE_URL: NOBODY, SPOOL_BYTES: '64KiB' }); // sixteen of them
    const told = await eventually(
      'it to be told',
      async () => {
        const { log_stream } = await status();
        return log_stream && log_stream.dropped.lines > 0 ? log_stream : undefined;
      },
      LONG_MS,
    );
    expect(told.dropped.lines).toBeGreaterThanOrEqual(240);
    const page = async () => (await ask('/')).text(); // of either process, which look at it each for itself
    await until('the page to say so', async () => /lines? dropped since/.test(await page()), LONG_MS);
    const { length } = (await readdir(spool())).filter((file) => file.endsWith('.ndjson'));
    expect(length).toBeLessThanOrEqual(20);
  });

  it('is a mirror all the same where there is no ClickHouse to be had', async () => {
    await mkdir(dataDir(), { recursive: true });
    await writeFile(join(dataDir(), 'analytics'), 'a file, where its directory would be');
    const { program } = await start({ CLICKHOUSE_URL: EMBEDDED });
    const { hash } = upstream.hello.path;
    await until('hello to be here', async () => (await ask(`/${hash}.narinfo`)).ok, LONG_MS);
    expect(await status()).toMatchObject({
      state: 'malfunctioning',
      bucket: { state: 'online' },
      clickhouse: { state: 'offline', code: 521 },
    });
    await until(
      'the spool to keep',
      async () => (await readdir(spool())).some((file) => file.endsWith('.ndjson')),
      LONG_MS,
    );
    expect(program.out().match(/clickhouse\.not-available/g)).toHaveLength(1);
  });

  it('keeps with --once what it did, and a start after it loads that', async () => {
    const options = { dataDir: dataDir(), environment: environmentOf({ CLICKHOUSE_URL: EMBEDDED }) };
    expect(await runMirrorOnce(options)).toMatchObject({ code: 0 });
    const kept = await readdir(spool());
    expect(kept.length).toBeGreaterThan(0);
    const text = (await Promise.all(kept.map((file) => readFile(join(spool(), file), 'utf8')))).join('');
    const copied = text.split('\n').filter((line) => line.includes('"kind":"copy"')).length;
    expect(copied).toBeGreaterThanOrEqual(2);
    await expect(readdir(join(dataDir(), 'analytics'))).rejects.toThrow(); // no engine was started
    await start({ CLICKHOUSE_URL: EMBEDDED });
    await until('an address', async () => (await readAddress(join(dataDir(), 'analytics'))) !== undefined, LONG_MS);
    await untilRows('the copies', 'SELECT count() AS n FROM copies', copied);
  });

  it('loads with --once before it ends what it did, where a server is named', async () => {
    const engine = await startTestClickHouse(join(folder, 'server'));
    const environment = environmentOf({ CLICKHOUSE_URL: engine.url });
    expect(await runMirrorOnce({ dataDir: dataDir(), environment })).toMatchObject({ code: 0 });
    await expect(readdir(spool())).resolves.toEqual([]);
    await expect(number(`SELECT count() AS n FROM copies WHERE outcome = 'copied'`, engine.url)).resolves.toBe(2);
    await engine.stop();
  });

  it('writes and starts nothing where it is off', async () => {
    const { program } = await start({ CLICKHOUSE_URL: 'off' });
    await ask('/nix-cache-info');
    expect(await status()).toMatchObject({
      state: 'online',
      clickhouse: { state: 'not-configured' },
      log_stream: null,
    });
    const commands = (await childrenOf(program.pid)).flatMap(({ command }) => command);
    expect(commands.filter((part) => /embedded-clickhouse|"name":"load"/.test(part))).toEqual([]);
    await expect(readdir(spool())).rejects.toThrow();
  });
});

interface StatusJson {
  readonly state: string;
  readonly clickhouse: { readonly state: string };
  readonly log_stream: {
    readonly loaded_up_to: string | null;
    readonly waiting: { readonly segments: number };
    readonly dropped: { readonly lines: number };
  } | null;
}
