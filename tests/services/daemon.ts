/** A server of other people on the loopback, as a process of ours: started until it answers, killed, started again on the same port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Environment } from '../../shared/config/env.ts';

export interface Daemon {
  /** @param more of its environment */
  start(more?: Environment): Promise<void>;
  kill(): Promise<void>;
}

export interface DaemonOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Environment;
  /** Answers once it is ready. */
  readonly isReady: () => Promise<boolean>;
}

const READY_MS = 30_000;
const LOOK_MS = 100;

export function daemon({ name, command, args, environment, isReady }: DaemonOptions): Daemon {
  let child: ChildProcess | undefined;

  async function kill(): Promise<void> {
    const dying = child;
    child = undefined;
    if (!dying || dying.exitCode !== null || dying.signalCode !== null) return;
    const gone = new Promise((resolve) => dying.once('exit', resolve));
    dying.kill('SIGKILL');
    await gone;
  }

  async function start(more: Environment = {}): Promise<void> {
    const started = spawn(command, args, { env: { ...environment, ...more }, stdio: 'ignore' });
    started.once('error', () => undefined); // it will not get ready
    child = started;
    for (let waited = 0; waited < READY_MS && started.exitCode === null; waited += LOOK_MS) {
      if (await isReady().catch(() => false)) return;
      await delay(LOOK_MS);
    }
    await kill();
    throw new Error(`${name} did not get ready`);
  }

  return { start, kill };
}
