import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { eachWithFileBucket } from './file-fixture.ts';
import { sweepTemporaryFiles, temporaryPath } from './file-temporary.ts';

const at = eachWithFileBucket();

const DAY_MS = 86_400_000;

async function leave(name: string, ageMs = 0): Promise<void> {
  const path = join(at.root, '.tmp', name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, 'x');
  const then = new Date(Date.now() - ageMs);
  await utimes(path, then, then);
}

const namesLeft = (): Promise<string[]> => readdir(join(at.root, '.tmp'));
const ours = (): string => basename(temporaryPath(at.root));

describe('sweepTemporaryFiles', () => {
  it('finds nothing to do where there is nothing', async () => {
    expect(await sweepTemporaryFiles(at.root)).toBe(0);
  });

  it('keeps what a running process writes, and what others wrote within a day', async () => {
    const names = [ours(), '0123abcd-1-2-0123456789abcdef', 'somebodys.tmp'].sort();
    for (const name of names) await leave(name, DAY_MS / 2);
    expect(await sweepTemporaryFiles(at.root)).toBe(0);
    expect(await namesLeft()).toEqual(names);
  });

  it('removes what a dead process left, also when another has its id now', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    const [machine, pid, start, random] = ours().split('-');
    await leave([machine, child.pid, start, random].join('-'));
    await leave([machine, pid, Number(start) - 1, random].join('-'));
    expect(await sweepTemporaryFiles(at.root)).toBe(2);
    expect(await namesLeft()).toEqual([]);
  });

  it('removes what nobody touched for a day, whoever wrote it', async () => {
    for (const name of ['0123abcd-1-2-0123456789abcdef', 'somebodys.tmp', ours()]) await leave(name, DAY_MS + 60_000);
    expect(await sweepTemporaryFiles(at.root)).toBe(3);
    expect(await namesLeft()).toEqual([]);
  });
});
