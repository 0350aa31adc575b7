import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from '../functions/load/decode.ts';
import { openSpoolWriter, segmentName } from '../shared/analytics/spool-writer.ts';
import { memoryLog } from '../shared/log.ts';
import { until } from '../tests/support/eventually.ts';
import { type LogStreamOptions, type LogStreamTrigger, startLogStream } from './log-stream-trigger.ts';
import type { SpoolNow } from './spool/keep-standing.ts';
import { segmentLoader } from './spool/load-segments.ts';

const QUICK = { idleMs: 10, retryMs: 5, longestMs: 20 };
const LONG_MS = 10_000;
const fileOf = (number: number, pid = 1): string => segmentName(new Date(1_000_000 + number), pid, 1);
/** Of a process that can't be: Linux gives no such number. */
const LEFT = `${fileOf(0, 2 ** 22 + 1)}.open`;

describe('startLogStream', () => {
  let directory: string;
  let trigger: LogStreamTrigger | undefined;
  let works: boolean;
  let log: ReturnType<typeof memoryLog>;
  const loaded: string[] = [];
  const told: SpoolNow[] = [];
  const start = (options: Partial<LogStreamOptions> = {}): LogStreamTrigger => {
    const loader = segmentLoader({
      directory,
      log,
      async load(delivery) {
        if (!works) throw new Error('ClickHouse is down');
        const decoded = await decode(delivery);
        loaded.push(...(decoded.kind === 'lines' ? decoded.lines.map(({ text }) => text) : []));
      },
    });
    const standing = { tell: async (now: SpoolNow) => void told.push(now) };
    const ready = Promise.resolve();
    const former = new Set([LEFT]);
    const rest = { capBytes: 2 ** 20, loader, ready, standing, log, pace: QUICK };
    trigger = startLogStream({ directory, former, ...rest, ...options });
    return trigger;
  };
  const write = (number: number, text = `${number}\n`) => writeFile(join(directory, `${fileOf(number)}.ndjson`), text);

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'spool-'));
    loaded.length = 0;
    told.length = 0;
    works = true;
    log = memoryLog();
  });
  afterEach(async () => {
    await trigger?.stop(0);
    trigger = undefined;
    await rm(directory, { recursive: true });
  });

  it('loads what is there, and what comes, oldest first', async () => {
    await write(2);
    await write(1);
    start();
    await until('both to be loaded', async () => loaded.length === 2, LONG_MS);
    await write(3);
    await until('the third', async () => loaded.length === 3, LONG_MS);
    expect(loaded).toEqual(['1', '2', '3']);
    await expect(readdir(directory)).resolves.toEqual([]);
  });

  it('loads what a real writer writes, and what one that was killed has left open', async () => {
    await writeFile(join(directory, LEFT), 'left\nhalf a li');
    const writer = openSpoolWriter(directory, { longestMs: 20 });
    start();
    writer.write('written');
    await until('all three', async () => loaded.length === 3, LONG_MS);
    expect(loaded).toEqual(['left', 'half a li', 'written']);
    writer.close();
  });

  it('waits while load fails, and goes on by itself', async () => {
    works = false;
    await write(1);
    start();
    await until('it to be told', async () => log.lines.length > 0, LONG_MS);
    await write(2);
    await until('both to wait', async () => told.at(-1)?.waiting.segments === 2, LONG_MS);
    works = true;
    await until('both to be loaded', async () => loaded.length === 2, LONG_MS);
    await until('none to wait', async () => told.at(-1)?.waiting.segments === 0, LONG_MS);
    expect(told.at(-1)?.loadedUpTo).toBeDefined();
    expect(log.lines.map(({ event }) => event)).toEqual(['function.failed', 'function.recovered']);
  });

  it('loads nothing before the tables are there, and nothing at all where nobody loads', async () => {
    const { promise: ready, resolve } = Promise.withResolvers<void>();
    await write(1);
    start({ ready });
    await until('it to be seen', async () => told.at(-1)?.waiting.segments === 1, LONG_MS);
    expect(loaded).toEqual([]);
    resolve();
    await until('it to be loaded', async () => loaded.length === 1, LONG_MS);
    await trigger?.stop(0);
    start({ loader: undefined });
    await write(2);
    await until('the other to be seen', async () => told.at(-1)?.waiting.segments === 1, LONG_MS);
    await trigger?.stop(LONG_MS);
    expect(loaded).toEqual(['1']);
  });

  it('drops the oldest beyond its limit, and counts what is lost, with what could not be written', async () => {
    works = false;
    for (const number of [1, 2, 3, 4]) await write(number, 'a\nb\n');
    start({ capBytes: 2 * 4_096 }).lost(5);
    const lost = () => told.reduce((sum, { dropped }) => sum + dropped, 0);
    await until('some to be dropped', async () => lost() === 9, LONG_MS);
    await expect(readdir(directory)).resolves.toEqual([3, 4].map((number) => `${fileOf(number)}.ndjson`));
    expect(log.lines).toContainEqual(expect.objectContaining({ event: 'records.dropped', segments: 2, count: 4 }));
  });

  it('loads the last of it when it is stopped, but not for longer than it may', async () => {
    start({ pace: { ...QUICK, idleMs: LONG_MS } });
    await until('a first look', async () => told.length > 0, LONG_MS);
    await write(1);
    await writeFile(join(directory, `${fileOf(2, process.pid)}.open`), '2\n'); // all writers have ended by then
    await trigger?.stop(LONG_MS);
    expect(loaded).toEqual(['1', '2']);

    await write(3);
    const { promise: never } = Promise.withResolvers<void>();
    start({ ready: never });
    await trigger?.stop(20);
    expect(loaded).toEqual(['1', '2']);
    expect(told.at(-1)?.waiting.segments).toBe(1);
  });

  it('says that it can not look, and goes on when it can', async () => {
    await rm(directory, { recursive: true });
    await writeFile(directory, ''); // a file, where a directory should be
    start();
    await until('it to be told', async () => log.lines.length > 0, LONG_MS);
    expect(log.lines[0]).toMatchObject({ event: 'function.failed', function: 'spool' });
    await rm(directory);
    await mkdir(directory);
    await write(1);
    await until('it to be loaded', async () => loaded.length === 1, LONG_MS);
  });
});
