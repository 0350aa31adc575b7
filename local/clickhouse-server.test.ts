import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { type ClickHouseClient, onceSettings, openClickHouse } from '../shared/analytics/client.ts';
import { parseClickHouseUrl } from '../shared/config/clickhouse-url.ts';
import { inheritedEnvironment } from '../shared/config/env.ts';
import { memoryLog } from '../shared/log.ts';
import { describeWithClickHouse } from '../tests/support/describe-with.ts';
import { until } from '../tests/support/eventually.ts';
import { childrenOf } from '../tests/support/processes.ts';
import { type ClickHouseServer, startClickHouse } from './clickhouse-server.ts';

const HOSTILE = [
  `it's`,
  String.raw`\'; DROP TABLE t; --`,
  'a\0b',
  'line\nbreak\r\n\r\nand more',
  "') SETTINGS max_threads = 1 FORMAT Null",
  '/* comment */ -- and\n# another',
  '{name:String} {' + '} $$tag$$',
  '😀 ‘’ “”',
  ' \t ',
  '',
];

describeWithClickHouse('the embedded ClickHouse', () => {
  let directory: string;
  let server: ClickHouseServer;
  let client: ClickHouseClient;
  const log = memoryLog();

  const start = async (): Promise<void> => {
    const environment = inheritedEnvironment();
    server = await startClickHouse({ directory, environment, log, onLine: () => undefined });
    const place = parseClickHouseUrl(server.url);
    const first = openClickHouse({ ...place, database: 'default' });
    await first.command({ query: 'CREATE DATABASE IF NOT EXISTS copycat' });
    await first.close();
    client = openClickHouse(place);
  };
  const stop = async (): Promise<void> => {
    await client.close();
    await server.stop();
  };
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "click'{house*}-"));
    await start();
  });
  afterAll(async () => {
    await stop();
    await rm(directory, { recursive: true });
  });
  beforeEach(async () => {
    await client.command({ query: 'DROP TABLE IF EXISTS t' });
    await client.command({
      query: `CREATE TABLE t (n UInt64, word String) ENGINE = MergeTree ORDER BY n
        SETTINGS non_replicated_deduplication_window = 100`,
    });
  });

  const rows = async <T>(query: string, query_params: Record<string, unknown> = {}): Promise<readonly T[]> =>
    (await client.query({ query, query_params, format: 'JSONEachRow' })).json<T>();
  const words = async (): Promise<readonly string[]> =>
    (await rows<{ word: string }>('SELECT word FROM t ORDER BY n')).map(({ word }) => word);

  it('answers a ping, with and without a query', async () => {
    await expect(client.ping()).resolves.toEqual({ success: true });
    await expect(client.ping({ select: true })).resolves.toEqual({ success: true });
  });

  it('takes and gives back any text, as a row and as a parameter', async () => {
    await client.insert({
      table: 't',
      values: HOSTILE.map((word, n) => ({ n, word })),
      format: 'JSONEachRow',
      clickhouse_settings: onceSettings(HOSTILE.join(' ')),
    });
    await expect(words()).resolves.toEqual(HOSTILE);
    for (const word of HOSTILE) {
      const query = 'SELECT {word:String} AS word, (SELECT count() FROM t WHERE word = {word:String}) AS found';
      await expect(rows(query, { word })).resolves.toEqual([{ word, found: 1 }]);
    }
    const query = 'SELECT {words:Array(String)} AS words, {some:Map(String, UInt64)} AS some';
    const given = { words: HOSTILE, some: new Map([["it's", 7]]) };
    await expect(rows(query, given)).resolves.toEqual([{ words: HOSTILE, some: { "it's": 7 } }]);
  });

  it('takes parameters that are too long for an address', async () => {
    const ids = Array.from({ length: 20_000 }, (_, n) => n);
    const answer = await client.query({
      query: 'SELECT length({ids:Array(UInt64)}) AS n',
      query_params: { ids },
      use_multipart_params: true,
      format: 'JSONEachRow',
    });
    await expect(answer.json()).resolves.toEqual([{ n: ids.length }]);
    await expect(rows('SELECT length({ids:Array(UInt64)}) AS n', { ids })).resolves.toEqual([{ n: ids.length }]);
  });

  it('runs nothing that lies in rows, whatever is around it', async () => {
    const body = '{"n":1,"word":"one"}\n\n\nINSERT INTO t SELECT 2, \'smuggled\'\n\n{"n":3,"word":"three"}\n';
    await expect(post('INSERT INTO t FORMAT JSONEachRow', body)).resolves.toMatchObject({ status: 500 });
    await expect(words()).resolves.toEqual([]);
    await expect(post('INSERT INTO t FORMAT CSV', '4,"a\n\n; SELECT 1"\n5,b;\n')).resolves.toMatchObject({
      status: 200,
    });
    await expect(words()).resolves.toEqual(['a\n\n; SELECT 1', 'b;']);
  });

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
    ['br', brotliCompressSync],
  ])('takes rows packed by %s', async (encoding, pack) => {
    const body = pack(Buffer.from('{"n":1,"word":"packed"}\n'));
    const answer = await post('INSERT INTO t FORMAT JSONEachRow', body, { 'content-encoding': encoding });
    expect(answer).toMatchObject({ status: 200 });
    expect(JSON.parse(String(answer.headers['x-clickhouse-summary']))).toMatchObject({ written_rows: '1' });
    await expect(words()).resolves.toEqual(['packed']);
    const torn = await post('INSERT INTO t FORMAT JSONEachRow', body.subarray(0, -4), { 'content-encoding': encoding });
    expect(torn.status).toBe(500);
    await expect(words()).resolves.toEqual(['packed']);
  });

  it('takes a statement with its rows as one body', async () => {
    const settings = "SETTINGS input_format_skip_unknown_fields = 1, date_time_input_format = 'best_effort'";
    const body = `INSERT INTO copycat.t (n, word) ${settings} FORMAT JSONEachRow\n{"n":1,"word":"whole","more":1}`;
    await expect(post('', body)).resolves.toMatchObject({ status: 200 });
    await expect(post('', "INSERT INTO t VALUES (2, 'of\n\nvalues')")).resolves.toMatchObject({ status: 200 });
    await expect(words()).resolves.toEqual(['whole', 'of\n\nvalues']);
  });

  it('counts a delivery once, and its settings hold for no other', async () => {
    const insert = (n: number, more = {}) =>
      client.insert({ table: 't', values: [{ n, word: `${n}` }], format: 'JSONEachRow', clickhouse_settings: more });
    await insert(1, onceSettings('a token'));
    await insert(1, onceSettings('a token'));
    await insert(2);
    await insert(3, onceSettings('another'));
    await expect(words()).resolves.toEqual(['1', '2', '3']);
    await client.query({ query: 'SELECT 1', clickhouse_settings: { max_block_size: '77' } });
    const [block] = await rows<{ size: string }>("SELECT toString(getSetting('max_block_size')) AS size");
    expect(block?.size).not.toBe('77');
  });

  it('says what is wrong as ClickHouse does', async () => {
    await expect(client.query({ query: 'SELECT * FROM nowhere' })).rejects.toMatchObject({
      code: '60',
      type: 'UNKNOWN_TABLE',
    });
    await expect(client.query({ query: 'SELEC 1' })).rejects.toMatchObject({ code: '62', type: 'SYNTAX_ERROR' });
    await expect(client.query({ query: 'SELECT 1; SELECT 2' })).rejects.toMatchObject({ code: '62' });
    const unknown = { query: 'SELECT 1', clickhouse_settings: { no_such_setting: 1 } as never };
    await expect(client.query(unknown)).rejects.toMatchObject({ code: '115', type: 'UNKNOWN_SETTING' });
    await expect(client.insert({ table: 't', values: [{ n: 'x' }], format: 'JSONEachRow' })).rejects.toMatchObject({
      code: '27',
    });
    const elsewhere = openClickHouse({ ...parseClickHouseUrl(server.url), database: 'nowhere' });
    await expect(elsewhere.query({ query: 'SELECT 1' })).rejects.toMatchObject({
      code: '81',
      type: 'UNKNOWN_DATABASE',
    });
    await elsewhere.close();
  });

  it('answers nobody without the password, nor by a name that is not its own', async () => {
    const place = parseClickHouseUrl(server.url);
    const stranger = openClickHouse({ ...place, password: 'guess' });
    await expect(stranger.query({ query: 'SELECT 1' })).rejects.toMatchObject({
      code: '516',
      type: 'AUTHENTICATION_FAILED',
    });
    await stranger.close();
    await expect(post('SELECT 1', '', { authorization: '' })).resolves.toMatchObject({ status: 403 });
    await expect(post('SELECT 1', '', { host: 'evil.example' })).resolves.toMatchObject({ status: 403 });
  });

  it('changes nothing for a GET', async () => {
    const { origin, user = '', password = '' } = parseClickHouseUrl(server.url);
    const headers = { 'x-clickhouse-user': user, 'x-clickhouse-key': password };
    const ask = (query: string) =>
      fetch(`${origin}/?${new URLSearchParams({ query, database: 'copycat' })}`, { headers });
    await expect((await ask('SELECT 1 + 1')).text()).resolves.toBe('2\n');
    for (const query of ["INSERT INTO t VALUES (1, 'one')", "INSERT INTO t SELECT 2, 'two'", 'DROP TABLE t'])
      expect((await ask(query)).headers.get('x-clickhouse-exception-code')).toBe('164'); // READONLY
    await expect(words()).resolves.toEqual([]);
  });

  it('answers a ping while a statement takes its time, and short ones beside it', async () => {
    const long = client.query({
      query: 'SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 1',
      clickhouse_settings: { max_execution_time: 3, max_threads: 1 },
    });
    const ended = long.then(
      () => 'done',
      (error: { type?: string }) => error.type,
    );
    await expect(client.ping()).resolves.toEqual({ success: true });
    await expect(rows('SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
    await expect(Promise.race([ended, 'still running'])).resolves.toBe('still running');
    await expect(ended).resolves.toBe('TIMEOUT_EXCEEDED');
  });

  it('keeps what it has said yes to when it is killed, and is back at its address', async () => {
    const taken: number[] = [];
    const insertAll = async (from: number): Promise<void> => {
      for (let n = from; ; n += 4) {
        await client.insert({
          table: 't',
          values: [{ n, word: 'kept' }],
          format: 'JSONEachRow',
          clickhouse_settings: onceSettings(`k${n}`),
        });
        taken.push(n);
      }
    };
    const inserting = Promise.allSettled([1, 2, 3, 4].map(insertAll));
    await until('some inserts', async () => taken.length > 20, 20_000);
    for (const { pid } of await childrenOf(process.pid)) process.kill(pid, 'SIGKILL');
    await inserting;
    await until('it to be back', async () => (await client.ping({ select: true })).success, 30_000);
    const kept = new Set((await rows<{ n: number }>('SELECT n FROM t')).map(({ n }) => Number(n)));
    expect(taken.filter((n) => !kept.has(n))).toEqual([]);
  }, 60_000);

  async function post(query: string, body: string | Buffer, more: Record<string, string> = {}) {
    const { origin, user, password } = parseClickHouseUrl(server.url);
    const headers = { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`, ...more };
    const { promise, resolve, reject } = Promise.withResolvers<import('node:http').IncomingMessage>();
    request(`${origin}/?${new URLSearchParams({ query, database: 'copycat' })}`, { method: 'POST', headers }, resolve)
      .on('error', reject)
      .end(body);
    const answer = await promise;
    return { status: answer.statusCode, headers: answer.headers, text: await text(answer) };
  }
});

describe('a machine that chdb has no build for', () => {
  it('is told so', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'no-clickhouse-'));
    const options = { directory, environment: inheritedEnvironment(), log: memoryLog(), onLine: () => undefined };
    await expect(startClickHouse({ ...options, module: 'chdb-for-nobody' })).rejects.toThrow(
      /could not start.*chdb-for-nobody/,
    );
    await rm(directory, { recursive: true });
  });
});
