/**
 * A Node process of ours, seen from its parent: it is here once it says that it is ready, its output arrives line by
 * line, and its end has a reason.
 */
import { fork } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../shared/config/env.ts';
import { RuntimeFailed } from '../shared/errors.ts';
import type { LogLine } from '../shared/log.ts';
import { watchMemory } from './memory-limit.ts';
import type { Greeting } from './obey-parent.ts';
import { readOutput } from './output-lines.ts';

export interface ChildOptions {
  /** What people call it: a stage's name. */
  readonly name: string;
  /** Its main file, which calls `obeyParent` first and `startOrSayWhyNot` then. */
  readonly main: URL;
  /** What the main file finds with `toldByParent`. */
  readonly told: unknown;
  readonly environment: Environment;
  readonly memoryMb?: number;
  readonly onLine: (line: LogLine) => void;
}

export interface Child {
  readonly pid: number;
  /** What it said when it was ready. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Nothing happens when it has ended. */
  send(message: object): void;
  /** Answers how to stop listening. */
  onMessage(listener: (message: unknown) => void): () => void;
  /** Resolves when it has ended and all its output has been read, with the reason. */
  readonly ended: Promise<RuntimeFailed>;
  /** The same for who waits a while only, again and again: answers how to wait no more. */
  onEnd(listener: (reason: RuntimeFailed) => void): () => void;
  /** Ends it at once; `ended` gives this reason. */
  kill(reason: RuntimeFailed): void;
  /** Lets it end by itself, by hanging up; kills it when it does not. */
  hangUp(): Promise<void>;
}

const START_MS = 60_000;
const HANG_UP_MS = 2_000;
const LAST_OUTPUT_MS = 1_000;
/** V8 collects late when it believes in more memory than there is; the rest is for buffers, which it does not count. */
const HEAP_SHARE = 0.6;
/** Of V8's young generation, a quarter of the default: what streams leave behind dies at once, and three halves of it are held. */
const SEMI_SPACE_MB = 4;

/**
 * glibc learns from the first large buffer that is freed to keep all like it, which with the buffers that NARs pass through comes to a
 * hundred megabytes; told a threshold, it learns nothing, and gives them back (mallopt(3)).
 */
const GIVE_BACK: Environment = { MALLOC_MMAP_THRESHOLD_: String(64 * 1024) };

/** @throws {RuntimeFailed} when it ends before it is ready, with what it said about it. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, main, told, environment, memoryMb, onLine } = options;
  const child = fork(fileURLToPath(main), [JSON.stringify(told)], {
    env: { ...GIVE_BACK, ...environment },
    execArgv: [
      '--disable-warning=ExperimentalWarning',
      ...(memoryMb
        ? [`--max-old-space-size=${Math.round(memoryMb * HEAP_SHARE)}`, `--max-semi-space-size=${SEMI_SPACE_MB}`]
        : []),
    ],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  if (child.stdout) readOutput(child.stdout, name, 'info', onLine);
  if (child.stderr) readOutput(child.stderr, name, 'warn', onLine);

  let reason: RuntimeFailed | undefined;
  const kill = (why: RuntimeFailed): void => {
    reason ??= why;
    child.kill('SIGKILL');
  };
  const { promise: ended, resolve: end } = Promise.withResolvers<RuntimeFailed>();
  const mourners = new Set<(reason: RuntimeFailed) => void>();
  let over = false;
  void ended.then((why) => {
    over = true;
    for (const listener of mourners) listener(why);
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.on('error', (error) => end(new RuntimeFailed(`${name} could not be started`, { function: name }, error)));
  child.once('exit', async (code, signal) => {
    await Promise.race([closed, delay(LAST_OUTPUT_MS, undefined, { ref: false })]);
    const how = signal ? `by ${signal}` : `with code ${code}`;
    end(reason ?? new RuntimeFailed(`${name} ended ${how}`, { function: name, exit_code: code, signal }));
  });

  const pid = child.pid ?? 0;
  const stopWatching = memoryMb
    ? watchMemory(pid, memoryMb, (resident) =>
        kill(new RuntimeFailed(`${name} grew to ${resident} MiB, over its ${memoryMb} MiB`, { function: name })),
      )
    : () => undefined;
  void ended.then(stopWatching);

  const started: Child = {
    pid,
    facts: {},
    send: (message) => void child.send(message, () => undefined), // its end is heard from `ended`
    onMessage(listener) {
      child.on('message', listener);
      return () => child.off('message', listener);
    },
    ended,
    onEnd(listener) {
      if (over) void ended.then(listener);
      else mourners.add(listener);
      return () => mourners.delete(listener);
    },
    kill,
    async hangUp() {
      if (child.connected) child.disconnect();
      const late = setTimeout(() => child.kill('SIGKILL'), HANG_UP_MS);
      await ended;
      clearTimeout(late);
    },
  };
  return { ...started, facts: await greetingOf(started, name) };
}

async function greetingOf(child: Child, name: string): Promise<Child['facts']> {
  const { promise, resolve, reject } = Promise.withResolvers<Child['facts']>();
  const late = setTimeout(
    () => child.kill(new RuntimeFailed(`${name} was not ready after ${START_MS / 1000} s`, { function: name })),
    START_MS,
  );
  const silence = child.onMessage((message) => {
    const greeting = message as Greeting;
    if (greeting.type === 'ready') resolve(greeting.facts ?? {});
    if (greeting.type === 'failed')
      reject(new RuntimeFailed(`${name} could not start: ${greeting.error.message}`, { ...greeting.error.facts }));
  });
  void child.ended.then(reject);
  try {
    return await promise;
  } finally {
    clearTimeout(late);
    silence();
  }
}
