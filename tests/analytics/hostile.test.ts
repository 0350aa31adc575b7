/** Whatever packages are called, and whatever is in the log stream: each line becomes a row, is noise or is kept, and nothing is in the way. */
import { readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decode } from '../../functions/load/decode.ts';
import { eventIdOf } from '../../functions/load/event-id.ts';
import { cacheDirectory } from '../../local/data-dir.ts';
import type { FunctionProcess } from '../../local/function-process.ts';
import { deliveryOf } from '../../local/spool/delivery.ts';
import { segmentName } from '../../shared/analytics/spool-writer.ts';
import { logLine, RECORDS } from '../../shared/testing/log-lines.ts';
import { describeWithClickHouse } from '../support/describe-with.ts';
import { until } from '../support/eventually.ts';
import { startOneFunction } from '../support/one-function.ts';
import { type SampleMirror, startSampleMirror } from '../support/sample-mirror.ts';
import { type Fate, HOSTILE_LINES } from './hostile/lines.ts';
import { HOSTILE_NAMES } from './hostile/names.ts';
import { HOSTILE_PAYLOADS } from './hostile/payloads.ts';

const LONG_MS = 90_000;
const OWN_PROBES = `event_id IN (${['from there', 'one', 'two', 'behind'].map(eventIdOf).join(', ')})`;
const TABLES = ['requests', 'channel_updates', 'copies', 'failures', 'probes', 'unreadable'] as const;

describeWithClickHouse('the log stream of a mirror', () => {
  let sample: SampleMirror;
  beforeAll(async () => {
    sample = await startSampleMirror({}, { packages: HOSTILE_NAMES.map(([name]) => name) });
  });
  afterAll(() => sample?.close());

  it('counts packages by whatever names they may have', async () => {
    const { mirror, upstream, rows, number, untilAsked } = sample;
    const headers = { 'user-agent': 'curl/8 Nix/5.0' };
    for (const { hash, narKey } of upstream.others)
      for (const path of [`${hash}.narinfo`, narKey, `paths/${hash}`, `api/paths/${hash}`]) {
        const answer = await fetch(`${mirror.url}/${path}`, { headers });
        expect([path, answer.status]).toEqual([path, 200]);
        await answer.arrayBuffer();
      }
    const own = "client_version = '5.0' AND route = 'nar'";
    await until(
      'all rows',
      async () => (await number(`SELECT count() FROM requests WHERE ${own}`)) >= HOSTILE_NAMES.length,
      LONG_MS,
    );
    await untilAsked('5.1');
    const found = await rows(`SELECT pname, version, output, store_hash FROM requests WHERE ${own}`);
    const expected = HOSTILE_NAMES.map(([name, ...parts]) => [
      ...parts,
      upstream.others.find(({ path }) => path.name === name)?.hash,
    ]);
    expect(found.toSorted()).toEqual(expected.toSorted());
    const counted = await rows(`SELECT pname, version, sum(downloads), sum(lookups) > 0 FROM packages_daily
      WHERE pname NOT IN ('hello', 'glibc') GROUP BY pname, version`);
    const named = HOSTILE_NAMES.filter(([, pname]) => pname !== '');
    expect(
      counted.map(([pname, version, downloads, looked]) => `${pname} ${version} ${downloads} ${looked}`).toSorted(),
    ).toEqual(named.map(([, pname, version]) => `${pname} ${version} 1 1`).toSorted());
    const copied = async () => (await rows("SELECT name FROM copies WHERE outcome = 'copied'")).flat();
    await until('all copies', async () => (await copied()).length >= HOSTILE_NAMES.length + 2, LONG_MS);
    expect(new Set(await copied())).toEqual(
      new Set(['hello-2.12.1', 'glibc-2.40', ...HOSTILE_NAMES.map(([name]) => name)]),
    );
  });

  it('takes any line: as a row, as noise or as unreadable, and goes on', async () => {
    const { dataDir, number, rows } = sample;
    const spool = join(dataDir, 'spool');
    const content = Buffer.concat(HOSTILE_LINES.flatMap(([, line]) => [Buffer.from(line), Buffer.from('\n')]));
    const begunAt = new Date();
    const [file, next] = [1, 2].map((count) => `${segmentName(begunAt, 1, count)}.ndjson`);
    const put = async (name: string | undefined, bytes: string | Buffer): Promise<void> => {
      await writeFile(join(spool, 'new'), bytes);
      await rename(join(spool, 'new'), join(spool, `${name}`));
    };
    await put(file, content);
    await put(next, logLine({ ...RECORDS.probe, detail: 'behind it' }, { id: 'behind it', at: begunAt }));
    const isThere = async () => (await number("SELECT count() FROM probes WHERE detail = 'behind it'")) > 0;
    await until('what is behind it', isThere, LONG_MS);
    expect(await readdir(spool)).not.toContain(file);
    await expect(readdir(join(spool, 'refused'))).rejects.toThrow('ENOENT');

    const expected = (fate: Fate): number => HOSTILE_LINES.filter(([one]) => one === fate).length;
    const delivery = await decode(await deliveryOf(`${file}`, content, begunAt));
    const token = delivery.kind === 'control' ? '' : delivery.token;
    const mine = `WHERE delivery = '${token.slice(0, 12)}'`;
    for (const table of TABLES)
      expect([table, await number(`SELECT count() FROM ${table} ${mine}`)]).toEqual([
        table,
        expected(table) + (table === 'failures' ? 1 : 0), // by which load says so
      ]);
    const [ledger = []] = await rows(`SELECT rows, noise, unreadable FROM deliveries WHERE token = '${token}'`);
    const [noise, unreadable] = [expected('noise'), expected('unreadable')];
    expect(ledger.map(Number)).toEqual([
      HOSTILE_LINES.length - noise - unreadable - expected('repeated'),
      noise,
      unreadable,
    ]);

    const kept = (await rows(`SELECT line FROM unreadable ${mine}`)).flat().map(String);
    expect(kept).toContain("'); DROP TABLE requests; --");
    expect(kept.filter((line) => /203\.0\.113|2001:db8|abcdefghijklmnop|u:p/.test(line))).toEqual([]);
    expect(Math.max(...kept.map((line) => line.length))).toBe(4_096);
  });

  describe('whatever load is given', () => {
    let load: FunctionProcess;
    beforeAll(async () => {
      const own = { CLICKHOUSE_URL: await sample.url(), LOG_LEVEL: 'error' };
      load = await startOneFunction('load', cacheDirectory(sample.dataDir), own);
    });
    afterAll(() => load?.stop(0));

    it.each(HOSTILE_PAYLOADS)('keeps what it is of $what, once', async ({ payload, unreadable, rows = 0, outcome }) => {
      const count = async () => [
        await sample.number("SELECT count() FROM unreadable WHERE source != 'spool'"),
        await sample.number(`SELECT count() FROM probes WHERE ${OWN_PROBES}`),
      ];
      const before = await count();
      for (let times = 0; times < 2; times += 1) {
        const answer = await load.invoke(payload);
        expect([{ outcome: outcome ?? 'loaded' }, { batchItemFailures: [] }]).toContainEqual(answer);
      }
      const after = await count();
      expect(after.map((many, which) => many - (before[which] ?? 0))).toEqual([unreadable, rows]);
    });
  });
});
