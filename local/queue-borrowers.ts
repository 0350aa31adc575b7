/**
 * Who uses the embedded queues that a command runs: `queues/borrowers/<pid>-<random>`, empty, while it does. Whoever runs them does not end
 * before: at last it takes its address away and looks again, and who borrows looks at the address again after it has said so. So either sees the
 * other.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { queueDirectory } from './data-dir.ts';
import { isAlive } from './spool/segments.ts';

const LOOK_EVERY_MS = 100;

const directoryIn = (dataDir: string): string => join(queueDirectory(dataDir), 'borrowers');

/** @returns what gives them back. */
export function borrowQueues(dataDir: string): () => void {
  const directory = directoryIn(dataDir);
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `${process.pid}-${randomBytes(4).toString('hex')}`);
  writeFileSync(file, '');
  return () => rmSync(file, { force: true });
}

/**
 * When nobody uses them any more, or the signal says not to wait; one that was killed uses nothing.
 *
 * @param onWaiting is told once, when somebody does
 */
export async function untilReturned(
  dataDir: string,
  { signal, onWaiting }: { readonly signal: AbortSignal; readonly onWaiting?: (() => void) | undefined },
): Promise<void> {
  for (let looks = 0; areBorrowed(dataDir) && !signal.aborted; looks += 1) {
    if (looks === 0) onWaiting?.();
    await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

export function areBorrowed(dataDir: string): boolean {
  const directory = directoryIn(dataDir);
  const files = namesIn(directory);
  const gone = files.filter((name) => !isAlive(Number(/^\d+/.exec(name)?.[0])));
  for (const name of gone) rmSync(join(directory, name), { force: true });
  return files.length > gone.length;
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // nobody ever has
  }
}
