import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HttpServer, listenHttp } from '../../shared/testing/http-server.ts';
import { until } from '../../tests/support/eventually.ts';
import type { Engine, Outcome } from './engine.ts';
import { AT_ONCE, clickHouseListener } from './listener.ts';
import { refusal } from './refusal.ts';

const own = { user: 'copycat', password: 'secret' };
const headers = { 'x-clickhouse-user': own.user, 'x-clickhouse-key': own.password };
const nothing: Outcome = { body: Buffer.of(), rows: 0, bytes: 0 };

describe('clickHouseListener', () => {
  let incoming: string;
  let server: HttpServer;
  const asked: unknown[] = [];
  const listen = async (engine: Partial<Engine>): Promise<void> => {
    const rest: Engine = { incoming, run: async () => nothing, insert: async () => nothing };
    server = await listenHttp(clickHouseListener({ ...rest, ...engine }, own));
  };
  const post = (query: string, body: string | undefined = undefined) =>
    fetch(`${server.url}/?${new URLSearchParams({ query })}`, { method: 'POST', headers, ...(body ? { body } : {}) });

  beforeEach(async () => {
    asked.length = 0;
    incoming = await mkdtemp(join(tmpdir(), 'incoming-'));
  });
  afterEach(async () => {
    await server.close();
    await rm(incoming, { recursive: true });
  });

  it('gives what the engine answers, and says what it is', async () => {
    await listen({
      run: async ({ sql }, { format }) => {
        asked.push([sql, format]);
        return { body: Buffer.from('{"a":1}\n'), rows: 3, bytes: 24 };
      },
    });
    const answer = await post('SELECT 1 AS a FORMAT JSONEachRow');
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/json; charset=UTF-8',
      'x-clickhouse-format': 'JSONEachRow',
      'x-clickhouse-query-id': expect.stringMatching(/.{36}/),
      'x-clickhouse-summary': expect.stringContaining('"read_rows":"3"'),
    });
    await expect(answer.text()).resolves.toBe('{"a":1}\n');
    expect(asked).toEqual([['SELECT 1 AS a FORMAT JSONEachRow\n', 'TabSeparated']]);
  });

  it.each([true, false])('gives the engine a file of the rows, and keeps none (it works: %s)', async (works) => {
    await listen({
      async insert({ into, format }, _context, rows) {
        asked.push([into, format, await readFile(join(incoming, rows), 'utf8')]);
        if (!works) throw refusal('CANNOT_PARSE_TEXT', 'no such rows');
        return { ...nothing, rows: 2 };
      },
    });
    const answer = await post('INSERT INTO t FORMAT CSV', '1\n\n2\n');
    expect(answer.status).toBe(works ? 200 : 500);
    await answer.text();
    expect(asked).toEqual([['INSERT INTO t ', 'CSV', '1\n\n2\n']]);
    await until('the file to be gone', async () => (await readdir(incoming)).length === 0, 5_000);
  });

  it('says failures in numbers and words', async () => {
    await listen({
      run: async () => {
        throw refusal('SYNTAX_ERROR', 'it is wrong');
      },
    });
    const answer = await post('SELECT');
    expect([answer.status, answer.headers.get('x-clickhouse-exception-code')]).toEqual([500, '62']);
    await expect(answer.text()).resolves.toBe('Code: 62. DB::Exception: it is wrong. (SYNTAX_ERROR)\n');
  });

  it('runs a few statements at once, lets others wait, and /ping for nobody', async () => {
    const ends: (() => void)[] = [];
    await listen({ run: () => new Promise((resolve) => ends.push(() => resolve(nothing))) });
    const all = Array.from({ length: AT_ONCE + 2 }, () => post('SELECT 1'));
    await until('some to run', async () => ends.length === AT_ONCE, 5_000);
    await expect((await fetch(`${server.url}/ping`)).text()).resolves.toBe('Ok.\n');
    expect(ends).toHaveLength(AT_ONCE);
    for (const end of ends.splice(0)) end();
    await until('the others to run', async () => ends.length === 2, 5_000);
    for (const end of ends) end();
    expect((await Promise.all(all)).map(({ status }) => status)).toEqual(Array(AT_ONCE + 2).fill(200));
  });

  it.each([
    ['a stranger', '/', { headers: {} }, 403],
    ['another path', '/play', {}, 404],
    ['another method', '/', { method: 'DELETE', headers }, 405],
    ['nothing', '/', { headers }, 500],
  ])('runs nothing for %s', async (_who, path, options, status) => {
    await listen({
      run: async () => {
        asked.push('run');
        return nothing;
      },
    });
    expect((await fetch(`${server.url}${path}`, options)).status).toBe(status);
    expect(asked).toEqual([]);
  });
});
