/** How much memory each process of a mirror has held at most: VmHWM in /proc/<pid>/status (proc_pid_status(5)). */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { processesOf } from './processes.ts';

export interface MemoryWatch {
  /** `copy 4711` → MiB, of every process that was seen, those that have ended included. */
  readonly peaks: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

const EVERY_MS = 250;

/** Looks again and again, since a process takes its figure with it. */
export function watchMemory(dataDir: string): MemoryWatch {
  const peaks = new Map<string, number>();
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      for (const line of await processesOf(dataDir)) {
        const [pid = '', name] = [/^\d+/.exec(line)?.[0], nameIn(line)];
        const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
        const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
        if (kilobytes !== undefined) peaks.set(`${name} ${pid}`, Math.round(Number(kilobytes) / 1024));
      }
      await delay(EVERY_MS, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  return {
    peaks,
    async stop() {
      over.abort();
      await watching;
    },
  };
}

/** A function's process is told its name; the others are known by their file. */
const nameIn = (line: string): string =>
  /"name":"(\w+)"/.exec(line)?.[1] ?? /(\w[\w-]*)\.ts\b/.exec(line)?.[1] ?? line.slice(0, 60);

/** Largest first, for a person. */
export const peaksInWords = (peaks: ReadonlyMap<string, number>): string =>
  [...peaks]
    .sort(([, a], [, b]) => b - a)
    .map(([name, mib]) => `${name.replace(/ \d+$/, '')} ${mib}`)
    .join(', ');
