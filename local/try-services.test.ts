import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApp } from 'fauxqs';
import { fileBucket } from '../shared/bucket/file.ts';
import { memoryBucket } from '../shared/bucket/memory.ts';
import { openBucket } from '../shared/bucket/open.ts';
import type { Probed } from '../shared/bucket/probe.ts';
import { parseClickHouseUrl } from '../shared/config/clickhouse-url.ts';
import { BucketFailed, BucketFull, RuntimeFailed } from '../shared/errors.ts';
import { memoryLog } from '../shared/log.ts';
import { setEnvironment } from '../shared/testing/environment.ts';
import { listenHttp } from '../shared/testing/http-server.ts';
import { keysOf } from '../shared/testing/journal.ts';
import { readLocalConfig } from './config.ts';
import { bucketsOf } from './data-dir.ts';
import { askAnalytics, askBucket, askQueues, servicesOf } from './service-asks.ts';
import { tryServices } from './try-services.ts';

const QUICK = { patienceMs: 2_000 };
/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:2';
const KEYS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

const tryBucket = (bucket: Probed, log = memoryLog(), patienceMs = QUICK.patienceMs) =>
  tryServices([askBucket('BUCKET', bucket)], { log, patienceMs });
const queuesAt = (endpoint: string) => askQueues('copycat-dev-copy', { endpoint, region: 'us-east-1' });
const analyticsAt = (url: string) => askAnalytics('CLICKHOUSE_URL', parseClickHouseUrl(url));

describe('tryServices', () => {
  beforeAll(() => setEnvironment(KEYS));

  it('names all that can not be used in one list, each with its reason, before it ends the start', async () => {
    const log = memoryLog();
    const asks = [
      askBucket('BUCKET', openBucket('s3://cache?endpoint=http://127.0.0.1:1')),
      askBucket('STATE', memoryBucket('s3://state')),
      queuesAt(NOWHERE),
      analyticsAt('http://reader:hunter2@127.0.0.1:2'),
    ];
    const failure = await tryServices(asks, { log }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RuntimeFailed);
    expect(failure).toMatchObject({
      message: expect.stringMatching(/^nothing was started: http:\/\/127.0.0.1:2 can't/),
    });
    const [line, ...more] = log.lines;
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      event: 'services.failed',
      level: 'error',
      services: [
        {
          setting: 'BUCKET',
          bucket: 's3://cache',
          message: expect.stringMatching(/^s3:\/\/cache can't be used \(put\): ./),
        },
        { setting: 'AWS_ENDPOINT_URL_SQS', message: expect.stringMatching(/can't be used: .*ECONNREFUSED/) },
        {
          setting: 'CLICKHOUSE_URL',
          message: expect.stringMatching(/^http:\/\/127.0.0.1:2 can't be used: .*ECONNREFUSED/),
        },
      ],
    });
    expect(JSON.stringify(line)).not.toContain('hunter2');
  });

  it('lets a start go on without buckets and ClickHouse, and says which they are', async () => {
    const log = memoryLog();
    const asks = [askBucket('STATE', openBucket('s3://state?endpoint=http://127.0.0.1:1')), analyticsAt(NOWHERE)];
    await expect(tryServices(asks, { log, ...QUICK })).resolves.toEqual(new Set(['STATE', 'CLICKHOUSE_URL']));
    expect(log.lines).toMatchObject([{ event: 'services.failed', level: 'warn' }]);
  });

  it('takes queues that are not there yet for none that are away', async () => {
    const server = buildApp({ logger: false });
    const endpoint = await server.listen({ host: '127.0.0.1', port: 0 });
    const log = memoryLog();
    await expect(tryServices([queuesAt(endpoint)], { log })).resolves.toEqual(new Set());
    expect(log.lines).toEqual([]);
    await server.close();
  });

  it('waits for all together as long as for one that is silent', async () => {
    const silent = await listenHttp(() => undefined);
    const log = memoryLog();
    await expect(
      tryServices([queuesAt(silent.url), analyticsAt(silent.url)], { log, patienceMs: 200 }),
    ).rejects.toThrow();
    expect(log.lines[0]?.services).toEqual([
      { setting: 'AWS_ENDPOINT_URL_SQS', message: `${silent.url} can't be used: no answer in 0.2 s` },
      { setting: 'CLICKHOUSE_URL', message: `${silent.url} can't be used: no answer in 0.2 s` },
    ]);
    await silent.close();
  });

  it('says what ClickHouse answers to a wrong password', async () => {
    const server = await listenHttp((_, response) => response.writeHead(516).end());
    const log = memoryLog();
    await tryServices([analyticsAt(server.url)], { log });
    expect(log.lines[0]?.services).toEqual([
      { setting: 'CLICKHOUSE_URL', message: `${server.url} can't be used: ClickHouse answered 516` },
    ]);
    await server.close();
  });

  it('says nothing of buckets that work, and leaves nothing in them', async () => {
    const [log, buckets] = [memoryLog(), [memoryBucket(), memoryBucket()]];
    for (const bucket of buckets) await tryBucket(bucket, log);
    expect(log.lines).toEqual([]);
    for (const bucket of buckets) expect(await keysOf(bucket)).toEqual([]);
  });

  it('takes away what one left that was killed half way', async () => {
    const bucket = memoryBucket();
    const killed = { ...bucket, delete: () => Promise.reject(new BucketFailed('killed')) };
    await tryBucket(killed);
    expect(await keysOf(bucket)).toHaveLength(1);
    await tryBucket(bucket);
    expect(await keysOf(bucket)).toEqual([]);
  });

  it('ends the start when a directory can’t be made', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'probe-'));
    await writeFile(join(directory, 'taken'), 'a file');
    const failure = await tryBucket(fileBucket(join(directory, 'taken', 'cache'))).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RuntimeFailed);
    expect(failure).toMatchObject({ message: expect.stringMatching(/taken\/cache can't be used \(put\): .*ENOTDIR/) });
    await rm(directory, { recursive: true });
  });

  it('names the operation that a key is not good for', async () => {
    const log = memoryLog();
    const refused = { delete: () => Promise.reject(new BucketFailed('s3://b did not delete x: AccessDenied (403)')) };
    await tryBucket({ ...memoryBucket('s3://b'), ...refused }, log);
    const message = "s3://b can't be used (delete): s3://b did not delete x: AccessDenied (403)";
    expect(log.lines).toMatchObject([{ services: [{ bucket: 's3://b', message }] }]);
  });

  it('lets a mirror start whose disk is full: it still serves', async () => {
    const full = { put: () => Promise.reject(new BucketFull('could not put x: ENOSPC')) };
    await expect(tryBucket({ ...memoryBucket('file:///data/cache'), ...full })).resolves.toEqual(new Set(['BUCKET']));
  });
});

describe('what a start asks', () => {
  const service = {
    queues: [{ logicalId: 'CopyQueue', name: 'q', visibilityTimeoutSeconds: 1, retentionSeconds: 60 }],
  };
  const asked = (environment: Record<string, string>) => {
    const config = readLocalConfig({ CHANNELS: 'nixos-unstable-small', ...environment });
    return servicesOf(config, bucketsOf(config), service).length;
  };

  it('is the buckets alone where the rest comes along, and everything that is somebody else’s', () => {
    expect(asked({})).toBe(2);
    expect(asked({ CLICKHOUSE_URL: 'off' })).toBe(2);
    expect(asked({ AWS_ENDPOINT_URL_SQS: NOWHERE })).toBe(3);
    expect(asked({ CLICKHOUSE_URL: NOWHERE })).toBe(3);
    expect(asked({ CLICKHOUSE_URL: NOWHERE, CLICKHOUSE_INGEST_URL: NOWHERE, AWS_ENDPOINT_URL_SQS: NOWHERE })).toBe(5);
  });
});
