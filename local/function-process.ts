/**
 * A function in a process of its own: invoked as on Lambda, ended when it outlives its timeout or memory, started again
 * when it died.
 */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Environment } from '../shared/config/env.ts';
import { RuntimeFailed } from '../shared/errors.ts';
import type { Log, LogLine } from '../shared/log.ts';
import { startChild } from './child.ts';
import type { FunctionTold, Invoke, Invoked } from './function-messages.ts';
import type { ServiceFunction } from './service.ts';
import { supervise } from './supervise.ts';

export interface FunctionProcess {
  readonly name: string;
  /** Resolves when an invocation could start now. @throws {RuntimeFailed} when it is stopped. */
  ready(): Promise<void>;
  /**
   * One at a time: the next one waits for its turn. Event and result are JSON.
   * @throws {RuntimeFailed} when the handler throws, or the process ends before it answers.
   */
  invoke(event: unknown): Promise<unknown>;
  /** Ends it, at the latest after `graceMs` when an invocation is under way. */
  stop(graceMs: number): Promise<void>;
}

export interface FunctionProcessOptions {
  /** The directory that handlers' files are named from. */
  readonly root: string;
  readonly environment: Environment;
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  readonly onLine: (line: LogLine) => void;
}

/** @throws {RuntimeFailed} when the handler can't be loaded. */
export async function startFunction(
  fn: Pick<ServiceFunction, 'name' | 'handler' | 'timeoutMs' | 'memoryMb'>,
  { root, environment, log, onLine }: FunctionProcessOptions,
): Promise<FunctionProcess> {
  const { name, timeoutMs, memoryMb } = fn;
  const told: FunctionTold = {
    name,
    module: pathToFileURL(resolve(root, `${fn.handler.file}.ts`)).href,
    export: fn.handler.export,
    memoryMb,
  };
  const main = new URL('./function-host.ts', import.meta.url);
  const process = await supervise({
    name,
    start: () => startChild({ name, main, told, environment, memoryMb, onLine }),
    log,
  });
  let last: Promise<unknown> = Promise.resolve();

  const invokeNow = async (event: unknown): Promise<unknown> => {
    const child = await process.current();
    const requestId = randomUUID();
    const { promise, resolve: succeed, reject: fail } = Promise.withResolvers<unknown>();
    const silence = child.onMessage((message) => {
      const answer = message as Invoked;
      if (answer.requestId !== requestId) return;
      if (answer.type === 'invoked') succeed(answer.result);
      else fail(new RuntimeFailed(`${name} failed: ${answer.error.message}`, { function: name, ...answer.error }));
    });
    const late = setTimeout(
      () => child.kill(new RuntimeFailed(`${name} ran longer than its ${timeoutMs / 1000} s`, { function: name })),
      timeoutMs,
    );
    const forget = child.onEnd(fail);
    child.send({ type: 'invoke', requestId, event, timeoutMs } satisfies Invoke);
    try {
      return await promise;
    } finally {
      clearTimeout(late);
      silence();
      forget();
    }
  };

  return {
    name,
    ready: async () => void (await process.current()),
    invoke(event) {
      const turn = last.then(() => invokeNow(event));
      last = turn.catch(() => undefined);
      return turn;
    },
    stop: (graceMs) =>
      process.stop(async (child) => {
        const late = setTimeout(
          () => child.kill(new RuntimeFailed(`${name} was stopped before it was done`, { function: name })),
          graceMs,
        );
        await last;
        clearTimeout(late);
        await child.hangUp();
      }),
  };
}
