/**
 * The files under `.tmp` that are on their way into a file bucket. Their names say which process writes them, so that what a
 * killed one left can be told from what a running one needs: `<machine>-<pid>-<start>-<random>`.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ifNotThere } from './file-status.ts';

const DAY_MS = 86_400_000;
const NAME = /^([0-9a-f]{8})-(\d+)-(\d+)-[0-9a-f]{16}$/;

const temporaryDirectory = (root: string): string => join(root, '.tmp');

/** A path for a temporary file of this process, and of nobody else. */
export const temporaryPath = (root: string): string =>
  join(temporaryDirectory(root), `${ownPrefix()}-${randomBytes(8).toString('hex')}`);

/**
 * Removes the temporary files that nobody writes any more: those of this machine's dead processes, and any that was not
 * touched for a day (of another machine, or of a tool of somebody's). Safe at any time, also beside running processes.
 * @returns how many were removed
 */
export async function sweepTemporaryFiles(root: string): Promise<number> {
  const directory = temporaryDirectory(root);
  let removed = 0;
  for (const name of (await readdir(directory).catch(ifNotThere)) ?? []) {
    const path = join(directory, name);
    if (!isOfTheDead(name) && !(await isOld(path))) continue;
    await rm(path, { recursive: true }).then(() => removed++, ifNotThere);
  }
  return removed;
}

async function isOld(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(ifNotThere);
  return stats !== undefined && Date.now() - stats.mtimeMs > DAY_MS;
}

function isOfTheDead(name: string): boolean {
  const [, machine, pid, start] = NAME.exec(name) ?? [];
  return machine === thisMachine() && startOf(Number(pid)) !== start;
}

let prefix: string | undefined;

function ownPrefix(): string {
  prefix ??= `${thisMachine()}-${process.pid}-${startOf(process.pid) ?? 0}`;
  return prefix;
}

/** Where a process id means the same process: this host, and in it this container. */
function thisMachine(): string {
  const processes = readOr('', () => readlinkSync('/proc/self/ns/pid'));
  return createHash('sha256').update(`${hostname()} ${processes}`).digest('hex').slice(0, 8);
}

/**
 * When a process started, in ticks since the machine did (proc(5), stat, field 22), as process ids come back. Nothing when
 * it is dead or only waits to be reaped. Where there is no /proc, `0` for any that lives.
 */
function startOf(pid: number): string | undefined {
  const stat = readOr(undefined, () => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (stat === undefined) return process.platform !== 'linux' && isRunning(pid) ? '0' : undefined;
  const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // a program's name may hold blanks
  return 'ZX'.includes(state) ? undefined : fields[18];
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // somebody else's
  }
}

function readOr<T, F>(fallback: F, read: () => T): T | F {
  try {
    return read();
  } catch {
    return fallback;
  }
}
