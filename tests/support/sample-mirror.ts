/** A whole mirror of the sample upstream with the embedded ClickHouse, and what it wrote there. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readAddress } from '../../local/analytics-address.ts';
import { openClickHouse } from '../../shared/analytics/client.ts';
import { parseClickHouseUrl } from '../../shared/config/clickhouse-url.ts';
import { listenSampleUpstream, SAMPLE_CHANNEL, type SampleUpstream } from '../../shared/testing/sample-upstream.ts';
import { untilAllCounted } from './all-counted.ts';
import { until } from './eventually.ts';
import { type Mirror, type MirrorOptions, startMirror } from './mirror.ts';
import { childrenOf } from './processes.ts';
import { makeFolder, removeFolder } from './temporary-folder.ts';

export interface SampleMirror {
  readonly upstream: SampleUpstream;
  /** All that it writes is below it: DATA_DIR, its home, temporary files. */
  readonly folder: string;
  readonly dataDir: string;
  readonly mirror: Mirror;
  /** Of its ClickHouse. */
  url(): Promise<string>;
  /** The rows of a query, as arrays. @throws while ClickHouse is away. */
  rows(query: string): Promise<readonly (readonly unknown[])[]>;
  number(query: string): Promise<number>;
  /** Waits until nothing of the log stream is under way: a request that is made then has its row, and all rows are counted. */
  untilAsked(version: string): Promise<void>;
  /** By SIGKILL, those of its processes whose command holds this. @returns how many. */
  kill(part: string): Promise<number>;
  close(): Promise<void>;
}

export const LOAD = '"name":"load"';
export const CLICKHOUSE = 'embedded-clickhouse';
const LONG_MS = 90_000;

/**
 * All of upstream is here when this resolves, and the tables are.
 * @param packages names of what upstream has besides hello.
 */
export async function startSampleMirror(
  own: Readonly<Record<string, string>> = {},
  { packages = [], ...more }: Pick<MirrorOptions, 'main'> & { readonly packages?: readonly string[] } = {},
): Promise<SampleMirror> {
  const folder = await makeFolder();
  const dataDir = join(folder, 'data');
  await mkdir(join(folder, 'tmp'));
  const upstream = await listenSampleUpstream(packages);
  const environment = {
    UPSTREAM_URL: upstream.cacheUrl,
    CHANNELS_URL: upstream.channelsUrl,
    RELEASES_URL: upstream.releasesUrl,
    CHANNELS: SAMPLE_CHANNEL,
    TRUSTED_PUBLIC_KEYS: upstream.publicKey,
    MIN_FREE_BYTES: '1',
    SERVE_PROCESSES: '2',
    CLICKHOUSE_URL: '',
    TMPDIR: join(folder, 'tmp'),
    ...own,
  };
  const mirror = await startMirror({ dataDir, environment, ...more });

  async function url(): Promise<string> {
    const address = await readAddress(join(dataDir, 'analytics'));
    if (address === undefined) throw new Error('ClickHouse has no address');
    return address;
  }
  async function rows(query: string): Promise<readonly (readonly unknown[])[]> {
    const client = openClickHouse(parseClickHouseUrl(await url()));
    try {
      return await (await client.query({ query, format: 'JSONCompactEachRow' })).json<readonly unknown[]>();
    } finally {
      await client.close();
    }
  }
  const number = async (query: string): Promise<number> => Number((await rows(query))[0]?.[0]);
  const ask = (path: string, version: string) =>
    fetch(`${mirror.url}${path}`, { headers: { 'user-agent': `curl/8 Nix/${version}` } });

  for (const { hash, path } of [upstream.hello, ...upstream.others])
    await until(`${path.name} to be here`, async () => (await ask(`/${hash}.narinfo`, '0.1')).ok, LONG_MS);
  await until('tables', async () => (await number('SELECT count() FROM requests')) >= 0, LONG_MS);
  return {
    ...{ upstream, folder, dataDir, mirror, url, rows, number },
    async untilAsked(version) {
      await ask('/nix-cache-info', version);
      const query = `SELECT count() FROM requests WHERE client_version = '${version}'`;
      await until(`the row of ${version}`, async () => (await number(query)) > 0, LONG_MS);
      await untilAllCounted(await url());
    },
    async kill(part) {
      const victims = (await childrenOf(mirror.program.pid)).filter(({ command }) =>
        command.some((argument) => argument.includes(part)),
      );
      for (const { pid } of victims) process.kill(pid, 'SIGKILL');
      return victims.length;
    },
    async close() {
      await mirror.stop();
      await upstream.close();
      await removeFolder(folder);
    },
  };
}
