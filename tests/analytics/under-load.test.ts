/** A whole mirror that is asked all the while its ClickHouse, and load, are killed: each request has its row in the end, and counts once. */
import { setTimeout as delay } from 'node:timers/promises';
import { describeWithClickHouse } from '../support/describe-with.ts';
import { until } from '../support/eventually.ts';
import { CLICKHOUSE, LOAD, type SampleMirror, startSampleMirror } from '../support/sample-mirror.ts';

const LONG_MS = 120_000;
const VISITORS = 4;
/** Segments of the spool are closed after five seconds: so some are on their way at each kill. */
const BETWEEN_MS = 4_000;
const VICTIMS = [[CLICKHOUSE], [LOAD], [CLICKHOUSE, LOAD], [CLICKHOUSE]];
const [PROGRAM, VERSION] = ['Nix', '4.0'];
const OWN = `client = '${PROGRAM}' AND client_version = '${VERSION}'`;

interface Question {
  readonly route: string;
  readonly path: string;
  readonly method?: string;
  readonly range?: string;
}

describeWithClickHouse('a mirror that is asked while its ClickHouse is killed', () => {
  let sample: SampleMirror;
  beforeAll(async () => {
    sample = await startSampleMirror();
  });
  afterAll(() => sample?.close());

  it('has a row of each request, and counts each once wherever it is counted', async () => {
    const { upstream, mirror, rows, number, kill } = sample;
    const { hash, narKey } = upstream.hello;
    const questions: readonly Question[] = [
      { route: 'cache_info', path: '/nix-cache-info' },
      { route: 'narinfo', path: `/${hash}.narinfo` },
      { route: 'nar', path: `/${narKey}` },
      { route: 'nar', path: `/${narKey}`, method: 'HEAD' },
      { route: 'nar', path: `/${narKey}`, range: 'bytes=5-' },
      { route: 'narinfo', path: '/00000000000000000000000000000000.narinfo' },
      { route: 'page', path: '/what-is-counted' },
    ];
    const before = await number('SELECT sum(downloads) FROM sizes_daily');
    const expected: Record<string, number> = {};
    let [downloads, bytes, sent] = [0, 0, 0];
    const over = new AbortController();

    async function ask({ route, path, method = 'GET', ...more }: Question) {
      const headers = { 'user-agent': `curl/8 ${PROGRAM}/${VERSION}`, ...(more.range ? { range: more.range } : {}) };
      const answer = await fetch(`${mirror.url}${path}`, { method, headers });
      const { byteLength } = await answer.arrayBuffer();
      const key = `${route} ${method} ${answer.status}`;
      expected[key] = (expected[key] ?? 0) + 1;
      sent += 1;
      if (key === 'nar GET 200') downloads += 1;
      if (route === 'nar' && method === 'GET') bytes += byteLength;
    }
    const visitors = Array.from({ length: VISITORS }, async (_, first) => {
      for (let turn = first; !over.signal.aborted; turn += 1) {
        const question = questions[turn % questions.length];
        if (question) await ask(question);
        await delay(15);
      }
    });
    for (const victims of VICTIMS) {
      await delay(BETWEEN_MS);
      for (const victim of victims) expect(await kill(victim)).toBe(1);
    }
    await delay(BETWEEN_MS);
    over.abort();
    await Promise.all(visitors);

    await until('all rows', async () => (await number(`SELECT count() FROM requests WHERE ${OWN}`)) >= sent, LONG_MS);
    await sample.untilAsked('4.1'); // what might come too often has come by then
    const found = await rows(`SELECT concat(route, ' ', method, ' ', toString(status)), count() FROM requests
      WHERE ${OWN} GROUP BY 1`);
    expect(Object.fromEntries(found.map(([key, count]) => [key, Number(count)]))).toEqual(expected);
    expect(Object.keys(expected)).toHaveLength(questions.length);
    await expect(number('SELECT count() - uniqExact(event_id) FROM requests')).resolves.toBe(0);

    const pages = expected['page GET 200'] ?? 0;
    const [clients] = await rows(`SELECT sum(requests), sum(checkins), sum(downloads) FROM clients_daily WHERE ${OWN}`);
    expect(clients?.map(Number)).toEqual([sent - pages, expected['cache_info GET 200'], downloads]);
    const [packages] = await rows(`SELECT sum(downloads), sum(body_bytes) FROM packages_daily WHERE pname = 'hello'`);
    expect(packages?.map(Number)).toEqual([downloads, bytes]);
    await expect(number('SELECT sum(downloads) FROM sizes_daily')).resolves.toBe(before + downloads);
    const counted = 'SELECT (SELECT sum(requests) FROM requests_hourly) - (SELECT count() FROM requests)';
    await expect(number(counted)).resolves.toBe(0);
    await expect(number('SELECT count() FROM unreadable')).resolves.toBe(0);
  });
});
