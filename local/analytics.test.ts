import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openClickHouse } from '../shared/analytics/client.ts';
import { parseClickHouseUrl } from '../shared/config/clickhouse-url.ts';
import { inheritedEnvironment } from '../shared/config/env.ts';
import { memoryLog } from '../shared/log.ts';
import { startTestClickHouse } from '../tests/support/clickhouse.ts';
import { describeWithClickHouse } from '../tests/support/describe-with.ts';
import { until } from '../tests/support/eventually.ts';
import { type Analytics, type AnalyticsOptions, openAnalytics } from './analytics.ts';
import { readAddress, writeAddress } from './analytics-address.ts';
import { readAnalyticsConfig } from './analytics-config.ts';
import { pendingMigrations } from './pending-migrations.ts';

describeWithClickHouse('openAnalytics', () => {
  let folder: string;
  let analytics: Analytics | undefined;
  let log: ReturnType<typeof memoryLog>;
  const open = async (own: Record<string, string> = {}, more: Partial<AnalyticsOptions> = {}): Promise<Analytics> => {
    const environment = { ...inheritedEnvironment(), CLICKHOUSE_URL: '', CLICKHOUSE_INGEST_URL: '', ...own };
    const config = readAnalyticsConfig({ ...environment, DATA_DIR: folder });
    analytics = await openAnalytics(config, { mode: 'lasting', environment, log, onLine: () => undefined, ...more });
    return analytics;
  };
  const events = () => log.lines.map(({ event }) => event);
  const pending = async (url: string) => {
    const client = openClickHouse(parseClickHouseUrl(url));
    return pendingMigrations(client).finally(() => client.close());
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'analytics-'));
    log = memoryLog();
  });
  afterEach(async () => {
    await analytics?.stop();
    analytics = undefined;
    await rm(folder, { recursive: true });
  });

  it('is the embedded one, with its tables made, where nothing is said', async () => {
    const { settings, ready, spool } = await open();
    await ready;
    const { CLICKHOUSE_URL = '' } = settings;
    await expect(pending(CLICKHOUSE_URL)).resolves.toEqual([]);
    expect(spool).toBe(join(folder, 'spool'));
    await expect(readAddress(join(folder, 'analytics'))).resolves.toBe(CLICKHOUSE_URL);
    expect(events()).toEqual(['tables.made']);
    await analytics?.stop();
    await expect(readAddress(join(folder, 'analytics'))).resolves.toBeUndefined();
  });

  it.each([
    ['there is no build of it for this machine', async () => undefined, { module: 'chdb-for-nobody' }],
    ['its data can not be used', () => writeFile(join(folder, 'analytics'), 'a file'), {}],
  ])('is configured but offline where %s, which is said once', async (_why, spoil, more) => {
    await spoil();
    const { settings, ready, spool } = await open({}, more);
    expect(events()).toEqual(['clickhouse.not-available']);
    await expect(fetch(String(settings.CLICKHOUSE_URL))).rejects.toThrow();
    expect(ready).toBeUndefined();
    expect(spool).toBe(join(folder, 'spool')); // for the day when there is one
  });

  it('is none with --once, but the spool keeps what is written', async () => {
    const { settings, ready, spool } = await open({}, { mode: 'once' });
    expect({ settings, ready }).toEqual({ settings: {}, ready: undefined });
    expect(spool).toBe(join(folder, 'spool'));
  });

  it('is nothing at all when it is off', async () => {
    const { settings, loading, ready, spool } = await open({ CLICKHOUSE_URL: 'off' });
    expect({ settings, loading, ready, spool }).toEqual({
      settings: {},
      loading: {},
      ready: undefined,
      spool: undefined,
    });
  });

  it('is the server that is named, as another user for load; its tables are made once it is there', async () => {
    const server = await startTestClickHouse(join(folder, 'server'));
    await server.kill(); // it comes back in a moment
    const reader = server.url.replace('copycat:', 'reader:');
    const { settings, loading, ready } = await open({ CLICKHOUSE_URL: server.url, CLICKHOUSE_INGEST_URL: reader });
    expect(settings).toEqual({ CLICKHOUSE_URL: server.url });
    expect(loading).toEqual({ CLICKHOUSE_URL: reader });
    await ready; // whether or not its tables could be made: a user that may not may find them made
    await until('its tables to be made', async () => (await pending(server.url)).length === 0, 20_000);
    await server.stop();
  }, 60_000);

  it('says once that tables can not be made, and stops trying when it is stopped', async () => {
    const { ready } = await open({ CLICKHOUSE_URL: 'http://127.0.0.1:1' });
    await ready;
    await delay(1_500);
    expect(events()).toEqual(['tables.not-made']);
  });

  it('does not say again that a server does not answer, when that is known', async () => {
    const { ready } = await open({ CLICKHOUSE_URL: 'http://127.0.0.1:1' }, { isAway: true });
    await ready;
    await delay(1_500);
    expect(events()).toEqual([]);
  });

  it('takes away the address that a runtime that was killed has left', async () => {
    await open(); // makes the directory
    await analytics?.stop();
    await writeAddress(join(folder, 'analytics'), 'http://copycat:old@127.0.0.1:4711');
    await open({ CLICKHOUSE_URL: 'off' });
    await expect(readAddress(join(folder, 'analytics'))).resolves.toBeUndefined();
  });
});
