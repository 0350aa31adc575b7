import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { acquireLock, isLocked } from './lock.ts';

const module = new URL('./lock.ts', import.meta.url).href;
const script = (file: string, then: string): string[] => [
  '--disable-warning=ExperimentalWarning',
  '--input-type=module',
  '-e',
  `import { acquireLock } from ${JSON.stringify(module)}; const lock = acquireLock(${JSON.stringify(file)}); ${then}`,
];

describe('acquireLock', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lock-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('tells another process who has it', async () => {
    const file = join(directory, 'data', 'runtime.lock');
    const lock = acquireLock(file);
    lock.describe({ url: 'http://127.0.0.1:8080' });
    const second = promisify(execFile)(process.execPath, script(file, ''));
    await expect(second).rejects.toThrow(new RegExp(`in use.*pid ${process.pid}.*since .*url http://127.0.0.1:8080`));
    lock.release();
  });

  it('can be looked at, by whoever does not want it', () => {
    const file = join(directory, 'runtime.lock');
    expect(isLocked(file)).toBe(false);
    const lock = acquireLock(file);
    expect(isLocked(file)).toBe(true);
    lock.release();
    expect(isLocked(file)).toBe(false);
    acquireLock(file).release();
  });

  it('can be had again once it is released', () => {
    const file = join(directory, 'runtime.lock');
    acquireLock(file).release();
    acquireLock(file).release();
  });

  it('says which file it can not have', async () => {
    await writeFile(join(directory, 'data'), '');
    const file = join(directory, 'data', 'runtime.lock');
    expect(() => acquireLock(file)).toThrow(`${file} can't be locked`);
  });

  it('is free the moment its holder is killed', async () => {
    const file = join(directory, 'runtime.lock');
    const holder = spawn(process.execPath, script(file, 'console.log("mine"); setInterval(() => lock, 1000)'));
    await once(holder.stdout, 'data');
    expect(() => acquireLock(file)).toThrow(`pid ${holder.pid}`);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    acquireLock(file).release();
  });

  it('waits for a holder that is about to end', async () => {
    const file = join(directory, 'runtime.lock');
    const holder = spawn(process.execPath, script(file, 'console.log("mine"); setTimeout(() => process.exit(), 300)'));
    await once(holder.stdout, 'data');
    acquireLock(file, 5_000).release();
  });
});
