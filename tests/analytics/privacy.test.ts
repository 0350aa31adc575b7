/** A whole mirror, asked for everything by requests full of marks: none of them is found in anything that it wrote, said or keeps. */
import { mkdir, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { ROUTES } from '../../events/request-record.ts';
import { cacheDirectory } from '../../local/data-dir.ts';
import { openClickHouse } from '../../shared/analytics/client.ts';
import { openBucket } from '../../shared/bucket/open.ts';
import { parseClickHouseUrl } from '../../shared/config/clickhouse-url.ts';
import { formatBaseName } from '../../shared/nix/store-path.ts';
import { subscription } from '../../shared/testing/log-delivery.ts';
import {
  type Held,
  MARKS,
  type MarkedAnswer,
  markedEvent,
  markedRequests,
  marksIn,
  PERSONAL,
  sendMarked,
} from '../../shared/testing/marked-requests.ts';
import { SAMPLE_CHANNEL, SAMPLE_RELEASE } from '../../shared/testing/sample-upstream.ts';
import { pathNamed } from '../../shared/testing/store-objects.ts';
import { xz } from '../../shared/testing/xz.ts';
import { allWritten } from '../support/all-written.ts';
import { describeWithClickHouse } from '../support/describe-with.ts';
import { until } from '../support/eventually.ts';
import { startOneFunction } from '../support/one-function.ts';
import { type SampleMirror, startSampleMirror } from '../support/sample-mirror.ts';

const LONG_MS = 90_000;
const TALKING = fileURLToPath(new URL('../support/talking-mirror.ts', import.meta.url));
const PAGES = [
  '/',
  '/what-is-counted',
  '/analytics',
  '/packages',
  '/channels',
  '/channels.atom',
  '/paths',
  '/api/status',
  '/api/missing',
];
const TOLD = { COUNTRY_HEADER: 'CloudFront-Viewer-Country', LOG_LEVEL: 'debug', CHANNELS: SAMPLE_CHANNEL };
/** The marks of MARKED_HEADERS that are meant to be kept: a program, its version, a country. */
const ASKER = `client = 'Nix' AND client_version = '2.31.2' AND country = 'DE'`;

const addressesIn = (text: string): readonly string[] =>
  (text.match(/[0-9a-f:.]{3,}/gi) ?? []).map((run) => run.replace(/[.:]+$/, '')).filter((run) => isIP(run) > 0);

describeWithClickHouse('what a mirror keeps of who asks', () => {
  let sample: SampleMirror;
  let held: Held;
  beforeAll(async () => {
    const own = { ...TOLD, TRUST_PROXY: '127.0.0.0/8', ON_MISS: 'pull' };
    sample = await startSampleMirror(own, { main: TALKING });
    const { hash, narKey } = sample.upstream.hello;
    const drv = formatBaseName(pathNamed('hello-2.12.drv'));
    held = {
      hash,
      narKey,
      drv,
      buildId: 'abcd',
      release: SAMPLE_RELEASE,
      file: 'git-revision',
      channel: SAMPLE_CHANNEL,
    };
    const bucket = openBucket(bucketAt('cache'));
    const encoded = { metadata: { 'content-encoding': 'br' } };
    await bucket.put(`${hash}.ls`, brotliCompressSync('{"version":1,"root":{"type":"regular"}}'), encoded);
    await bucket.put(`log/${drv}`, brotliCompressSync('building\n'), encoded);
    await bucket.put('debuginfo/abcd', '{"archive":"../nar/x.nar.xz","member":"x.debug"}');
    await until(
      'the channel',
      async () => (await fetch(`${sample.mirror.url}/channels/${SAMPLE_CHANNEL}`)).ok,
      LONG_MS,
    );
  });
  afterAll(() => sample?.close());

  const bucketAt = (name: string): string => pathToFileURL(join(sample.dataDir, name)).href;
  const marksBelow = async (folder: string): Promise<readonly string[]> =>
    (await allWritten(folder)).flatMap(({ file, texts }) =>
      marksIn([file, ...texts].join('\n')).map((mark) => `${mark} in ${file}`),
    );
  /** All columns of all tables, whatever they are of. */
  async function tables(): Promise<string> {
    const names = await sample.rows(
      `SELECT concat('\`', database, '\`.\`', name, '\`') FROM system.tables WHERE engine LIKE '%MergeTree' OR name LIKE '%\\_log'`,
    );
    const texts: string[] = [];
    for (const [name] of names) texts.push(`${name}\n${JSON.stringify(await sample.rows(`SELECT * FROM ${name}`))}`);
    return texts.join('\n');
  }

  async function tablesWith(word: string) {
    const client = openClickHouse(parseClickHouseUrl(await sample.url()));
    try {
      await client.command({ query: 'CREATE TABLE planted (word String) ENGINE = MergeTree ORDER BY word' });
      await client.insert({ table: 'planted', values: [{ word }], format: 'JSONEachRow' });
      const text = await tables();
      return { marks: marksIn(text), addresses: addressesIn(text) };
    } finally {
      await client.command({ query: 'DROP TABLE planted SYNC' });
      await client.close();
    }
  }

  async function sendAll(): Promise<readonly MarkedAnswer[]> {
    const answers: MarkedAnswer[] = [];
    for (const from of [undefined, '127.0.0.1'])
      for (const request of markedRequests(held)) answers.push(await sendMarked(sample.mirror.url, request, from));
    return answers;
  }

  /** Deployed serve's, whose records are lines of its standard output, and reach the same tables by a subscription. */
  async function sendAllToFunction(): Promise<{ readonly answers: readonly object[]; readonly printed: string }> {
    const printed: string[] = [];
    const own = { ...TOLD, BUCKET: bucketAt('cache'), STATE: bucketAt('state') };
    const serve = await startOneFunction('serve', cacheDirectory(sample.dataDir), own, (line) => printed.push(line));
    const load = await startOneFunction('load', cacheDirectory(sample.dataDir), {
      CLICKHOUSE_URL: await sample.url(),
      LOG_LEVEL: 'debug',
    });
    try {
      const answers: object[] = [];
      for (const request of markedRequests(held)) answers.push((await serve.invoke(markedEvent(request))) as object);
      const records = (): number => printed.filter((line) => line.includes('"kind":"request"')).length;
      await until('its records', async () => records() >= answers.length, LONG_MS);
      const lines = printed.map((message, number) => ({ id: `line ${number}`, timestamp: Date.now(), message }));
      await expect(load.invoke(subscription(lines))).resolves.toEqual({ outcome: 'loaded' });
      return { answers, printed: printed.join('\n') };
    } finally {
      await Promise.all([serve.stop(0), load.stop(0)]);
    }
  }

  it('is nothing: no address, no credential, no words of theirs, and of what is not here no name', async () => {
    const { mirror, upstream, folder, dataDir, rows, number } = sample;
    const answers = await sendAll();
    const spooled = await allWritten(join(dataDir, 'spool'));
    expect(spooled.flatMap(({ texts }) => texts).join('\n')).toContain('"kind":"request"');
    expect(spooled.flatMap(({ texts }) => marksIn(texts.join('\n')))).toEqual([]);
    const deployed = await sendAllToFunction();
    const asked = answers.length + deployed.answers.length;
    await until(
      'all rows',
      async () => (await number(`SELECT count() FROM requests WHERE ${ASKER}`)) >= asked,
      LONG_MS,
    );
    await expect(number(`SELECT count() FROM requests WHERE ${ASKER}`)).resolves.toBe(asked);
    const routes = (await rows(`SELECT DISTINCT route FROM requests WHERE ${ASKER}`)).flat();
    expect(new Set(routes)).toEqual(new Set(ROUTES));

    const inTables = await tables();
    expect(inTables).toContain('`copycat`.`countries_daily`');
    expect(marksIn(inTables)).toEqual([]);
    expect(addressesIn(inTables)).toEqual([]);
    await expect(tablesWith('kept for marked-mailbox from 203.0.113.9')).resolves.toEqual({
      marks: ['marked-mailbox'], // so it would have been found
      addresses: ['203.0.113.9'],
    });
    for (const page of PAGES) {
      const answer = await fetch(`${mirror.url}${page}`);
      expect([page, answer.status]).toEqual([page, 200]);
      expect(marksIn(await answer.text())).toEqual([]);
    }
    for (const { headers, body } of answers) expect(marksIn(headers + body, PERSONAL)).toEqual([]);
    for (const answer of deployed.answers) expect(marksIn(JSON.stringify(answer), PERSONAL)).toEqual([]);
    expect(marksIn(JSON.stringify(upstream.requests), PERSONAL)).toEqual([]);

    expect(await mirror.stop()).toBe(0);
    const said = `${mirror.program.out()}\n${mirror.program.errors()}\n${deployed.printed}`;
    expect(said).toContain('"event":"page.answered"'); // functions are heard
    expect(said).toContain('"event":"load.done"');
    expect(marksIn(said)).toEqual([]);
    expect(await marksBelow(folder)).toEqual([]);
  });

  it('would have been found, in whatever kind of file', async () => {
    const planted: readonly (readonly [string, (text: string) => Promise<Uint8Array> | Uint8Array])[] = [
      ['plain', Buffer.from],
      ['gzip', gzipSync],
      ['zstd', zstdCompressSync],
      ['brotli', brotliCompressSync],
      ['xz', xz],
    ];
    const folder = join(sample.dataDir, 'state', 'planted');
    await mkdir(folder, { recursive: true });
    const text = `${'nothing '.repeat(1_000)}${MARKS.join(' ')}`;
    for (const [file, pack] of planted) await writeFile(join(folder, file), await pack(text));
    await writeFile(join(folder, 'marked-cookie'), '');
    const found = await marksBelow(sample.folder);
    const expected = planted.flatMap(([file]) => MARKS.map((mark) => `${mark} in ${join(folder, file)}`));
    expect(new Set(found)).toEqual(new Set([...expected, `marked-cookie in ${join(folder, 'marked-cookie')}`]));
  });
});
