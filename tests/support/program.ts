/** A program in a process group of its own, as a terminal starts it: its output is kept, and its end is bounded. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type Environment, inheritedEnvironment } from '../../shared/config/env.ts';

export interface Program {
  readonly pid: number;
  /** Standard output so far, as text and as it came. */
  out(): string;
  bytes(): Buffer;
  /** Standard error so far. */
  errors(): string;
  /** Resolves when it has ended and all its output was read. Null: it was killed. */
  readonly ended: Promise<number | null>;
  /** Sends a signal to it, or to it and all that it started. Nothing happens when it has ended. */
  signal(name: NodeJS.Signals, whom: 'it' | 'group'): void;
  /** Waits for its end, and kills the group when it does not come. @throws when it had to be killed. */
  end(withinMs: number): Promise<number | null>;
}

/** Of the environment only what programs need to be found and to run; everything else is said by the test. */
const NEEDED = ['PATH', 'TMPDIR', 'LANG'];

/** @param cwd where it works; by default where this process does. */
export function startProgram(
  command: string,
  args: readonly string[],
  environment: Environment = {},
  cwd?: string,
): Program {
  const inherited = inheritedEnvironment();
  const child = spawn(command, args, {
    cwd,
    env: { ...Object.fromEntries(NEEDED.map((name) => [name, inherited[name]])), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const chunks: { readonly out: Buffer[]; readonly errors: Buffer[] } = { out: [], errors: [] };
  child.stdout.on('data', (chunk: Buffer) => chunks.out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.errors.push(chunk));
  const out = (): string => Buffer.concat(chunks.out).toString('utf8');
  const errors = (): string => Buffer.concat(chunks.errors).toString('utf8');
  const ended = once(child, 'close').then(([code]) => code as number | null);
  ended.catch(() => undefined); // a command that is not there is heard of by whoever waits
  const pid = child.pid ?? 0;
  const signal: Program['signal'] = (name, whom) => {
    if (pid > 0) send(whom === 'group' ? -pid : pid, name);
  };
  return {
    pid,
    out,
    bytes: () => Buffer.concat(chunks.out),
    errors,
    ended,
    signal,
    async end(withinMs) {
      const over = new AbortController();
      const late = delay(withinMs, 'late' as const, { signal: over.signal }).catch(() => 'late' as const);
      const code = await Promise.race([ended, late]).finally(() => over.abort());
      if (code !== 'late') return code;
      signal('SIGKILL', 'group');
      await ended;
      throw new Error(`${command} did not end in ${withinMs / 1000} s\n${out()}${errors()}`);
    },
  };
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
