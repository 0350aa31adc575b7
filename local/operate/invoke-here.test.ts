import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../shared/config/env.ts';
import { inheritedEnvironment } from '../../shared/config/env.ts';
import { writeAddress } from '../analytics-address.ts';
import { analyticsDirectory } from '../data-dir.ts';
import { fixtureFunction, fixtureService, root } from '../fixtures/service.ts';
import type { QueuePlace } from '../queue-place.ts';
import { readOperateConfig } from './config.ts';
import { invokeHere } from './invoke-here.ts';

const EMBEDDED = 'http://copycat:secret@127.0.0.1:40123';
const SERVER = 'http://clickhouse:8123';

describe('invokeHere', () => {
  let DATA_DIR: string;
  beforeEach(async () => {
    DATA_DIR = await mkdtemp(join(tmpdir(), 'invoke-'));
  });
  afterEach(() => rm(DATA_DIR, { recursive: true }));

  /** What a function finds in its environment. */
  async function environmentWith(said: Environment, logs = false) {
    const environment = { ...inheritedEnvironment(), DATA_DIR, ...said };
    const fn = fixtureFunction('environment', { ...(logs ? { logs: ['Group'] } : {}) });
    const service = { ...fixtureService(), functions: [fn] };
    const place = { kind: 'running', service, queues: new Map(), settings: {} } as unknown as QueuePlace;
    const deps = { place, config: readOperateConfig(environment), environment, root, onLine: () => undefined };
    return (await invokeHere('environment', ['CLICKHOUSE_URL', 'SPOOL'], deps)) as Environment;
  }
  async function embedded(): Promise<void> {
    await mkdir(analyticsDirectory(DATA_DIR));
    await writeAddress(analyticsDirectory(DATA_DIR), EMBEDDED);
  }

  it('tells a function of no ClickHouse where there is none, or is to be none', async () => {
    expect(await environmentWith({})).not.toHaveProperty('CLICKHOUSE_URL');
    await embedded();
    const told = await environmentWith({ CLICKHOUSE_URL: 'off', CLICKHOUSE_INGEST_URL: SERVER, SPOOL: DATA_DIR });
    expect(told).not.toHaveProperty('CLICKHOUSE_URL');
    expect(told).toMatchObject({ SPOOL: 'off' });
  }, 60_000);

  it('tells it of the one that is named, or else of the one that runs here', async () => {
    await embedded();
    expect(await environmentWith({})).toMatchObject({ CLICKHOUSE_URL: EMBEDDED });
    expect(await environmentWith({ CLICKHOUSE_URL: SERVER })).toMatchObject({ CLICKHOUSE_URL: SERVER });
    const ingest = { CLICKHOUSE_URL: SERVER, CLICKHOUSE_INGEST_URL: 'http://ingest:8123' };
    expect(await environmentWith(ingest)).toMatchObject({ CLICKHOUSE_URL: SERVER });
    expect(await environmentWith(ingest, true)).toMatchObject({ CLICKHOUSE_URL: 'http://ingest:8123' });
  }, 60_000);

  it('refuses to load into nothing', async () => {
    await expect(environmentWith({ CLICKHOUSE_URL: 'off' }, true)).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
  });
});
