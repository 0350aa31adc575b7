/** What docs/api.md says to type can be typed: each of its examples, against a whole mirror that has been asked for something. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { apiDocument } from '../../functions/serve/api/openapi/document.ts';
import { placeIn } from '../../functions/serve/api/place.ts';
import { openClickHouse } from '../../shared/analytics/client.ts';
import { parseClickHouseUrl } from '../../shared/config/clickhouse-url.ts';
import { formatBaseName } from '../../shared/nix/store-path.ts';
import { apiAnswers } from '../../shared/testing/api-answers.ts';
import { describeWithClickHouse } from '../support/describe-with.ts';
import { type SampleMirror, startSampleMirror } from '../support/sample-mirror.ts';
import { insert, requestRow } from './analytics-world.ts';

const run = promisify(execFile);
const WRITTEN = 'http://127.0.0.1:8080';
const PATH = /[0-9a-z]{32}-imagemagick-7\.0\.7/;
const TOKEN = 'a-token-of-this-test';
const YESTERDAY = new Date(Date.now() - 86_400_000).toISOString();

const document = await readFile(new URL('../../docs/api.md', import.meta.url), 'utf8');
const examples = [...document.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
  block.split('\n').filter((line) => line !== ''),
);
const pathIn = (example: string): string => /8080(\/[^"]*)/.exec(example)?.[1] ?? '';

it('each path of the API has an example', () => {
  const paths = Object.keys(apiDocument().paths).map((path) => ({ path }));
  const shown = examples.map((example) => {
    const [asked = ''] = pathIn(example).split('?');
    return paths.find(({ path }) => path === asked)?.path ?? placeIn(paths, asked)?.endpoint.path;
  });
  expect(paths.map(({ path }) => path).filter((path) => !shown.includes(path))).toEqual([]);
});

describeWithClickHouse('docs/api.md', () => {
  let sample: SampleMirror;
  const complaints = apiAnswers();
  beforeAll(async () => {
    sample = await startSampleMirror({ METRICS_TOKEN: TOKEN });
    const { mirror, upstream } = sample;
    const headers = { 'user-agent': 'curl/8 Nix/2.31.2' };
    for (const { hash, narKey } of [upstream.hello, upstream.libc])
      for (const path of [`${hash}.narinfo`, narKey])
        await (await fetch(`${mirror.url}/${path}`, { headers })).arrayBuffer();
    await sample.untilAsked('2.31.3');
    const client = openClickHouse(parseClickHouseUrl(await sample.url()));
    const row = { route: 'nar', pname: 'glibc', version: '2.40', ts: YESTERDAY };
    await insert(
      client,
      'requests',
      Array.from({ length: 12 }, () => requestRow(row)),
      'yesterday',
    );
    await client.close();
  });
  afterAll(() => sample?.close());

  it.each(examples)('%s', async (example) => {
    const { mirror, upstream } = sample;
    const typed = example.replace(WRITTEN, mirror.url).replace(PATH, formatBaseName(upstream.hello.path));
    expect(typed).toMatch(/^curl -s /);
    const { stdout } = await run('sh', ['-c', `${typed} -w '\\n%{http_code} %{content_type}'`], {
      env: { PATH: '/usr/bin:/bin', METRICS_TOKEN: TOKEN },
      maxBuffer: 2 ** 24,
    });
    const end = stdout.lastIndexOf('\n');
    const [, status, type] = /^(\d+) (.*)$/.exec(stdout.slice(end + 1)) ?? [];
    const body = stdout.slice(0, end);
    const path = pathIn(example).replace(PATH, formatBaseName(upstream.hello.path));
    expect([status, complaints(path, { status: Number(status), type, body })]).toEqual(['200', []]);
    if (!type?.startsWith('application/json')) return;
    const { meta } = JSON.parse(body) as { readonly meta?: { readonly fresh: boolean } };
    expect(meta?.fresh ?? true).toBe(true);
  });

  it('is about real figures', async () => {
    const told = async (path: string) =>
      (await (await fetch(`${sample.mirror.url}${path}`)).json()) as { readonly data: unknown };
    expect((await told('/api/packages/glibc')).data).toMatchObject({ day: 12, month: 13, rank: 1 }); // one today
    expect((await told('/api/packages?limit=7')).data).toMatchObject([{ package: 'glibc', downloads: 13 }]); // hello was asked for once
    expect((await told('/api/copies')).data).toEqual([expect.objectContaining({ outcome: 'copied', copies: 2 })]);
  });

  it('keeps metrics from who has no token, by the mirror’s own port', async () => {
    const ask = (headers: Readonly<Record<string, string>>) => fetch(`${sample.mirror.url}/metrics`, { headers });
    expect((await ask({})).status).toBe(401);
    expect((await ask({ authorization: 'Bearer a-token-of-this-tesT' })).status).toBe(401);
    const metrics = await (await ask({ authorization: `Bearer ${TOKEN}` })).text();
    expect(metrics).toContain('channel_revision{channel="nixos-unstable"');
    expect(metrics).toContain('copycat_up{target="clickhouse"} 1\n');
    expect(metrics).toMatch(/copycat_requests_total\{route="narinfo",status="200",result="hit"\} \d+\n/);
  });
});
