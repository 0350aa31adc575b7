/** Lambda ends a function that outgrows its memory; so do we, where /proc tells how much it has. */
import { readFile } from 'node:fs/promises';

const EVERY_MS = 1_000;

/** Calls `over` once with the bytes that a process holds when they exceed the limit. Answers how to stop looking. */
export function watchMemory(pid: number, limitMb: number, over: (residentMb: number) => void): () => void {
  const timer = setInterval(async () => {
    const residentMb = await residentMegabytes(pid);
    if (residentMb === undefined || residentMb <= limitMb) return;
    clearInterval(timer);
    over(residentMb);
  }, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** From `/proc/<pid>/status` (proc_pid_status(5)): `VmRSS: 51234 kB`. Not from statm, whose unit is the page. */
async function residentMegabytes(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
}
