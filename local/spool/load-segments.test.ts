import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from '../../functions/load/decode.ts';
import { RuntimeFailed } from '../../shared/errors.ts';
import { memoryLog } from '../../shared/log.ts';
import type { SpoolDelivery } from './delivery.ts';
import { segmentLoader } from './load-segments.ts';
import { segmentsIn } from './segments.ts';

const MINUTE_MS = 60_000;
const fileOf = (number: number): string => `00000000000${number}-1-1.ndjson`;

describe('segmentLoader', () => {
  let directory: string;
  const time = { now: 0 };
  const loaded: string[] = [];
  /** What load says to a line. */
  let judge: (line: string) => void;
  const load = async (delivery: SpoolDelivery): Promise<void> => {
    const decoded = await decode(delivery);
    const lines = decoded.kind === 'lines' ? decoded.lines.map(({ text }) => text) : [];
    for (const line of lines) judge(line);
    loaded.push(...lines);
  };
  const fail = (code: string) => () => {
    throw new RuntimeFailed('load failed', { function: 'load', code });
  };
  const open = () => {
    const log = memoryLog();
    const loader = segmentLoader({ directory, load, log, clock: () => time.now });
    return { log, loader, take: async () => loader.take(await segmentsIn(directory).look()) };
  };
  const events = (log: ReturnType<typeof memoryLog>) => log.lines.map(({ event }) => event);

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'spool-'));
    loaded.length = 0;
    judge = () => undefined;
    for (const number of [1, 2, 3]) await writeFile(join(directory, fileOf(number)), `line ${number}\n`);
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('gives the oldest to load, and takes it away then', async () => {
    const { take, loader } = open();
    await expect(take()).resolves.toBe(1);
    expect(loaded).toEqual(['line 1']);
    await expect(readdir(directory)).resolves.toEqual([fileOf(2), fileOf(3)]);
    expect(loader.loadedUpTo()).toBeDefined();
  });

  it('takes an empty one away, and tells load nothing', async () => {
    await writeFile(join(directory, fileOf(1)), '');
    const { take } = open();
    await expect(take()).resolves.toBe(1);
    expect(loaded).toEqual([]);
  });

  it('keeps what load fails at, and says so once, and once that it is over', async () => {
    const { take, log } = open();
    judge = fail('ANALYTICS_FAILED');
    for (let times = 0; times < 4; times += 1) await expect(take()).resolves.toBe(0);
    await expect(readdir(directory)).resolves.toHaveLength(3);
    judge = () => undefined;
    await take();
    expect(events(log)).toEqual(['function.failed', 'function.recovered']);
    expect(loaded).toEqual(['line 1']);
  });

  it('puts aside the one that load always fails at, after a while, when others go through', async () => {
    const { take, log } = open();
    judge = (line) => line === 'line 1' && fail('TypeError')();
    for (let times = 0; times < 4; times += 1) {
      await expect(take()).resolves.toBe(0);
      time.now += 3 * MINUTE_MS;
    }
    await expect(take()).resolves.toBe(2);
    await expect(readdir(directory)).resolves.toEqual([fileOf(3), 'refused']);
    await expect(readdir(join(directory, 'refused'))).resolves.toEqual([fileOf(1)]);
    expect(loaded).toEqual(['line 2']);
    expect(log.lines.at(-1)).toMatchObject({ level: 'error', event: 'segment.refused', segment: fileOf(1) });
  });

  it('suspects none before its time, nor one that is alone', async () => {
    const { take } = open();
    judge = (line) => line === 'line 1' && fail('TypeError')();
    for (let times = 0; times < 20; times += 1) await expect(take()).resolves.toBe(0); // at once
    await rm(join(directory, fileOf(2)));
    await rm(join(directory, fileOf(3)));
    time.now += 60 * MINUTE_MS;
    await expect(take()).resolves.toBe(0);
    await expect(readdir(directory)).resolves.toEqual([fileOf(1)]);
  });

  it('puts none aside while all fail, however long that takes', async () => {
    const { take } = open();
    judge = fail('ANALYTICS_FAILED');
    for (let times = 0; times < 50; times += 1) {
      await expect(take()).resolves.toBe(0);
      time.now += 10 * MINUTE_MS;
    }
    await expect(readdir(directory)).resolves.toEqual([fileOf(1), fileOf(2), fileOf(3)]);
  });

  it('gives a segment again, the same, when it was cut before it was taken away', async () => {
    const seen: SpoolDelivery[] = [];
    const log = memoryLog();
    const cut = segmentLoader({
      directory,
      log,
      async load(delivery) {
        seen.push(delivery);
        if (seen.length === 1) throw new Error('killed right after it was done');
      },
    });
    await cut.take(await segmentsIn(directory).look());
    await cut.take(await segmentsIn(directory).look());
    const [one, two] = await Promise.all(seen.map(decode));
    expect(two).toEqual(one);
  });
});
