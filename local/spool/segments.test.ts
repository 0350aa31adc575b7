import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { segmentName } from '../../shared/analytics/spool-writer.ts';
import { closeLeft, isAlive, segmentsIn } from './segments.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const name = (secondsAgo: number, pid: number, number = 1): string =>
  segmentName(new Date(NOW.getTime() - secondsAgo * 1_000), pid, number);

describe('segments', () => {
  let directory: string;
  const write = (...files: readonly string[]) =>
    Promise.all(files.map((file) => writeFile(join(directory, file), `${file.replace(/.*-/, '')}\n`)));
  const files = async () => (await readdir(directory)).sort();
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'spool-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('are those that are closed, oldest first, with what they take', async () => {
    const [old, middle, young] = [name(90, 300), name(50, 100), name(49, 200)].map((one) => `${one}.ndjson`);
    await write(String(young), String(old), String(middle), `${name(99, 1)}.open`, 'address.json', 'x.ndjson');
    const found = await segmentsIn(directory).look();
    expect(found.map(({ file }) => file)).toEqual([old, middle, young]);
    expect(found[0]).toMatchObject({ begunAt: new Date(NOW.getTime() - 90_000), bytes: 9 });
  });

  it('are none where there is no spool yet, and those that have gone are gone', async () => {
    const segments = segmentsIn(directory);
    await write(`${name(5, 1)}.ndjson`);
    await expect(segments.look()).resolves.toHaveLength(1);
    await rm(directory, { recursive: true });
    await expect(segments.look()).resolves.toEqual([]);
    await expect(closeLeft(directory, () => false)).resolves.toBeUndefined();
  });

  it('are closed where nobody writes them any more', async () => {
    await write(...[name(90, 1), name(90, 2), name(30, 1)].map((one) => `${one}.open`));
    await closeLeft(directory, ({ pid, begunAt }) => pid === 2 || NOW.getTime() - begunAt.getTime() < 60_000);
    await expect(files()).resolves.toEqual([`${name(90, 1)}.ndjson`, `${name(90, 2)}.open`, `${name(30, 1)}.open`]);
    await closeLeft(directory, () => false);
    await expect(files()).resolves.toEqual([name(90, 1), name(90, 2), name(30, 1)].map((one) => `${one}.ndjson`));
  });

  it('know who is alive', () => {
    expect(isAlive(process.pid)).toBe(true);
    expect(isAlive(1)).toBe(true); // somebody else's
    expect(isAlive(2 ** 22 + 1)).toBe(false); // more than Linux gives
  });
});
