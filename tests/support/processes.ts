/** Which processes work on a data directory: all that a mirror starts inherit DATA_DIR (Linux: /proc/<pid>/environ). */
import { readdir, readFile } from 'node:fs/promises';

/** `<pid> <command line>` each; what has ended and only waits for its parent does not count. */
export async function processesOf(dataDir: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map((pid) => ofOne(pid, `DATA_DIR=${dataDir}`)));
  return found.filter((one) => one !== undefined);
}

async function ofOne(pid: string, variable: string): Promise<string | undefined> {
  const [environment, command] = await Promise.all(['environ', 'cmdline'].map((file) => read(`/proc/${pid}/${file}`)));
  if (!environment?.includes(variable)) return undefined;
  return `${pid} ${command?.join(' ')}`;
}

const read = (file: string): Promise<readonly string[]> =>
  readFile(file, 'utf8').then(
    (text) => text.split('\0'),
    () => [], // it has ended, or is somebody else's
  );
