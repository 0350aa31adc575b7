/** The wiring, on real buckets that can't be used: the page is there all the same. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openBucket } from '../../../shared/bucket/open.ts';
import { silentLog } from '../../../shared/log.ts';
import { setEnvironment } from '../../../shared/testing/environment.ts';
import { listenHttp } from '../../../shared/testing/http-server.ts';
import { askedFor, readAnswer } from '../../../shared/testing/serve-world.ts';
import type { Answer } from '../answer.ts';
import { readServeConfig } from '../config.ts';
import type { Section } from '../respond.ts';
import { siteOf } from '../site-of.ts';
import { openStatus, openStatusReader } from './open.ts';

function opened(environment: Readonly<Record<string, string>>): Section {
  setEnvironment({
    AWS_ACCESS_KEY_ID: 'AKIATEST',
    AWS_SECRET_ACCESS_KEY: 'secret',
    CHANNELS: 'nixos-unstable',
    MIRROR_NAME: 'cache.example.org',
    CLICKHOUSE_URL: '',
    ...environment,
  });
  const config = readServeConfig();
  return openStatus(
    config,
    openStatusReader(config, { bucket: openBucket(config.BUCKET), state: openBucket(config.STATE) }),
    { siteOf: siteOf(config), log: silentLog },
  );
}

const ask = async (section: Section, path_: string) => readAnswer((await section(askedFor(path_))) as Answer);

describe('the status of real buckets', () => {
  it('is offline when nothing listens where the S3 should be', async () => {
    const server = await listenHttp(() => undefined);
    await server.close();
    const s3 = (name: string) => `s3://${name}?endpoint=${server.url}&region=us-east-1`;
    const section = opened({ BUCKET: s3('cache'), STATE: s3('state') });
    const { status, body } = await ask(section, '/');
    expect(status).toBe(200);
    expect(body).toContain('<title>cache.example.org is offline');
    // Which one, Jest hides: errors of its outer world are none to the SDK inside, which then keeps no code of them.
    expect(body).toMatch(/52[0-2] \([a-z ]+\)/);
    expect(body).not.toMatch(/AKIATEST|secret/);
    expect(await ask(section, '/healthz')).toMatchObject({ status: 503 });
  });

  it('is offline when the S3 takes a connection and says nothing, and says so in time', async () => {
    const server = await listenHttp(() => undefined);
    try {
      const s3 = (name: string) => `s3://${name}?endpoint=${server.url}&region=us-east-1`;
      const { status, body } = await ask(opened({ BUCKET: s3('cache'), STATE: s3('state') }), '/');
      expect(status).toBe(200);
      expect(body).toContain('522 (connection timed out)');
    } finally {
      await server.close();
    }
  });

  it('is offline when a directory is none any more, and never shows what ClickHouse is asked with', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'copycat-'));
    const clickHouse = await listenHttp((_request, response) => void response.writeHead(401).end('wrong: hunter2'));
    try {
      await writeFile(path.join(folder, 'cache'), 'a file');
      const section = opened({
        BUCKET: `file://${folder}/cache`,
        STATE: `file://${folder}/state`,
        CLICKHOUSE_URL: clickHouse.url.replace('//', '//reader:hunter2@'),
      });
      const [page, json] = [await ask(section, '/'), await ask(section, '/api/status')];
      expect(JSON.parse(json.body ?? '')).toMatchObject({ clickhouse: { state: 'offline', code: 401 } });
      for (const { body } of [page, json]) expect(body).not.toMatch(/hunter2|reader/);
    } finally {
      await clickHouse.close();
      await rm(folder, { recursive: true });
    }
  });
});
