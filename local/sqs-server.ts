/** Starts the embedded queues, and starts them again on the same port should they die. */
import type { Environment } from '../shared/config/env.ts';
import type { Log, LogLine } from '../shared/log.ts';
import { type Child, startChild } from './child.ts';
import type { EmbeddedSqsTold } from './embedded-sqs.ts';
import { supervise } from './supervise.ts';

export interface SqsServer {
  /** `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  /** Messages that were in flight when a former runtime ended, and are visible again. */
  readonly released: number;
  stop(): Promise<void>;
}

export interface SqsServerOptions {
  /** Where the queues are kept. */
  readonly directory: string;
  readonly environment: Environment;
  readonly log: Pick<Log, 'warn' | 'error'>;
  readonly onLine: (line: LogLine) => void;
}

export async function startSqsServer({ directory, environment, log, onLine }: SqsServerOptions): Promise<SqsServer> {
  const name = 'queues';
  const main = new URL('./embedded-sqs.ts', import.meta.url);
  const start = (previous?: Child) => {
    const told: EmbeddedSqsTold = { directory, port: Number(previous?.facts.port ?? 0), release: !previous };
    // Nothing of the user's: fauxqs reads variables of its own.
    return startChild({ name, main, told, environment: { PATH: environment.PATH }, onLine });
  };
  const server = await supervise({ name, start, log });
  const { facts } = await server.current();
  return {
    endpoint: `http://127.0.0.1:${String(facts.port)}`,
    released: Number(facts.released),
    stop: () => server.stop((child) => child.hangUp()),
  };
}
