/** Our mirror as people start it: `copycat start`, lasting or with --once, told everything by its environment. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OnceOutcome } from '../../local/once.ts';
import type { Summary } from '../../local/summary.ts';
import type { Environment } from '../../shared/config/env.ts';
import { eventually } from './eventually.ts';
import { type Program, startProgram } from './program.ts';

export interface MirrorOptions {
  readonly dataDir: string;
  readonly environment: Environment;
  /** What is run instead of scripts/copycat.ts, told the same. */
  readonly main?: string;
}

export interface Mirror {
  readonly url: string;
  readonly program: Program;
  /** As Ctrl-C does it, and waits for the end. */
  stop(): Promise<number | null>;
}

const COPYCAT = fileURLToPath(new URL('../../scripts/copycat.ts', import.meta.url));
const READY_MS = 60_000;
const STOP_MS = 30_000;
const ONCE_MS = 150_000;

/** Starts it, and does not wait until it serves. */
export function launch({ dataDir, environment, main = COPYCAT }: MirrorOptions, ...args: readonly string[]): Program {
  return startProgram(process.execPath, [main, 'start', ...args], {
    PORT: '0',
    CLICKHOUSE_URL: 'off', // unless a test is about it
    ...environment,
    DATA_DIR: dataDir,
    HOME: join(dataDir, '..'),
  });
}

/** A lasting one that is ready. */
export async function startMirror(options: MirrorOptions): Promise<Mirror> {
  const program = launch(options);
  return { url: await untilReady(program), program, stop: () => stop(program) };
}

/** As Ctrl-C does it, and waits for the end. */
export function stop(program: Program): Promise<number | null> {
  program.signal('SIGINT', 'group');
  return program.end(STOP_MS);
}

/** @returns where it serves. @throws what it said, when it ends before. */
export async function untilReady(program: Program): Promise<string> {
  let over = false;
  void program.ended.finally(() => {
    over = true;
  });
  const look = async (): Promise<string | undefined> => {
    if (over) return '';
    const [, url] = /^Copycat serves (\S+)$/m.exec(program.out()) ?? [];
    if (url === undefined) return undefined;
    const { ok } = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(READY_MS) });
    return ok ? url : undefined;
  };
  try {
    const url = await eventually('the mirror to be ready', look, READY_MS);
    if (url !== '') return url;
  } catch (error) {
    program.signal('SIGKILL', 'group');
    throw error;
  }
  throw new Error(`the mirror ended before it was ready\n${program.out()}${program.errors()}`);
}

export interface OnceRun extends Summary, OnceOutcome {
  readonly code: number | null;
}

/** One run with --once, to its end. */
export async function runMirrorOnce(options: MirrorOptions, withinMs = ONCE_MS): Promise<OnceRun> {
  const program = launch(options, '--once', '--json');
  const code = await program.end(withinMs);
  try {
    return { code, ...(JSON.parse(program.out()) as Summary & OnceOutcome) };
  } catch (cause) {
    throw new Error(`--once ended with ${code} and without a summary\n${program.errors()}`, { cause });
  }
}
