/** What docs/deploy.md says of back-up and restoring, done with a whole mirror. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readAddress } from '../../local/analytics-address.ts';
import { openClickHouse } from '../../shared/analytics/client.ts';
import { parseClickHouseUrl } from '../../shared/config/clickhouse-url.ts';
import { listenSampleUpstream, SAMPLE_CHANNEL, type SampleUpstream } from '../../shared/testing/sample-upstream.ts';
import { copycat } from '../operate/copycat.ts';
import { describeWithClickHouse } from '../support/describe-with.ts';
import { until } from '../support/eventually.ts';
import { type Mirror, startMirror } from '../support/mirror.ts';
import { makeFolder, removeFolder } from '../support/temporary-folder.ts';
import { run } from './programs.ts';

const LONG_MS = 60_000;
const BACKED_UP = ['state', 'analytics', 'spool'];

describeWithClickHouse('a back-up of one box', () => {
  let folder: string;
  let upstream: SampleUpstream;
  let mirror: Mirror | undefined;
  const dataDir = () => join(folder, 'data');

  beforeAll(async () => {
    upstream = await listenSampleUpstream();
    folder = await makeFolder();
  });
  afterAll(async () => {
    await mirror?.stop();
    await upstream.close();
    await removeFolder(folder);
  });

  const environment = () => ({
    UPSTREAM_URL: upstream.cacheUrl,
    CHANNELS_URL: upstream.channelsUrl,
    RELEASES_URL: upstream.releasesUrl,
    CHANNELS: SAMPLE_CHANNEL,
    TRUSTED_PUBLIC_KEYS: upstream.publicKey,
    MIN_FREE_BYTES: '1',
    SERVE_PROCESSES: '1',
    CLICKHOUSE_URL: '',
  });
  async function start(): Promise<Mirror> {
    mirror = await startMirror({ dataDir: dataDir(), environment: environment() });
    return mirror;
  }
  async function stop(): Promise<void> {
    expect(await mirror?.stop()).toBe(0);
    mirror = undefined;
  }
  async function requests(version: string): Promise<number> {
    const client = openClickHouse(parseClickHouseUrl((await readAddress(join(dataDir(), 'analytics'))) ?? ''));
    try {
      const query = 'SELECT count() AS n FROM requests WHERE client_version = {version:String}';
      const answer = await client.query({ query, query_params: { version }, format: 'JSONEachRow' });
      return Number((await answer.json<{ n: string }>())[0]?.n);
    } finally {
      await client.close();
    }
  }
  async function ask(version: string, times: number): Promise<void> {
    const headers = { 'user-agent': `curl/8 Nix/${version}` };
    for (let time = 0; time < times; time += 1) await fetch(`${mirror?.url}/nix-cache-info`, { headers });
    await until('rows of it', async () => (await requests(version)) === times, LONG_MS);
  }

  it('brings back pins and every request that was counted, once, and what came later is mirrored again', async () => {
    await start();
    const { hash, name } = upstream.hello.path;
    const isHere = async (): Promise<boolean> => (await fetch(`${mirror?.url}/${hash}.narinfo`)).ok;
    await until('hello to be here', isHere, LONG_MS);
    await ask('2.0', 7);
    const ofMirror = { ...environment(), DATA_DIR: dataDir() };
    expect(await copycat(['pin', `/nix/store/${hash}-${name}`], ofMirror)).toMatchObject({ code: 0 });
    await stop();

    const archive = join(folder, 'backup.tar');
    expect(run('tar', ['-C', dataDir(), '-cf', archive, ...BACKED_UP]).status).toBe(0);
    await start();
    await ask('3.0', 3); // after the back-up
    await stop();

    await rm(dataDir(), { recursive: true }); // all of it, what is public too
    expect(run('mkdir', [dataDir()]).status).toBe(0);
    expect(run('tar', ['-C', dataDir(), '-xpf', archive]).status).toBe(0);
    await start();
    expect(await requests('2.0')).toBe(7);
    expect(await requests('3.0')).toBe(0);
    await ask('4.0', 2);
    await stop();
    expect((await copycat(['pin', '--list'], ofMirror)).out).toContain(hash);
  }, 240_000);
});
