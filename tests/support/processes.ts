/**
 * The processes of a mirror, as Linux tells of them (proc(5)): who works on a data directory, and who is whose child. What has
 * ended and only waits for its parent does not count.
 */
import { readdir, readFile } from 'node:fs/promises';

export interface Process {
  readonly pid: number;
  /** The program and its arguments. */
  readonly command: readonly string[];
}

/** `<pid> <command line>` each: all that a mirror starts inherit DATA_DIR or are told of it, and nobody else knows it. */
export async function processesOf(dataDir: string): Promise<readonly string[]> {
  const found = await Promise.all((await pids()).map((pid) => ofDirectory(pid, dataDir)));
  return found.filter((one) => one !== undefined);
}

async function ofDirectory(pid: string, dataDir: string): Promise<string | undefined> {
  const [environment, command] = await Promise.all([fields(pid, 'environ'), fields(pid, 'cmdline')]);
  const isTold = command.some((argument) => argument.includes(dataDir));
  return isTold || environment.includes(`DATA_DIR=${dataDir}`) ? `${pid} ${command.join(' ')}` : undefined;
}

export async function childrenOf(parent: number): Promise<readonly Process[]> {
  const found = await Promise.all((await pids()).map((pid) => ofParent(pid, parent)));
  return found.filter((one) => one !== undefined);
}

async function ofParent(pid: string, parent: number): Promise<Process | undefined> {
  const stat = await read(pid, 'stat');
  const [state, parentId] = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // a program's name may hold blanks
  if (Number(parentId) !== parent || state === 'Z') return undefined;
  return { pid: Number(pid), command: await fields(pid, 'cmdline') };
}

const pids = async (): Promise<readonly string[]> => (await readdir('/proc')).filter((name) => /^\d+$/.test(name));

const fields = async (pid: string, file: string): Promise<readonly string[]> => (await read(pid, file)).split('\0');

const read = (pid: string, file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => ''); // it has ended, or is somebody else's
