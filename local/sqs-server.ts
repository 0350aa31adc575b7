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
  /** When the server has died: how long until messages that nobody has answered return, in milliseconds. */
  readonly graceMs?: number;
}

/** Most copies are answered by then. */
const GRACE_MS = 30_000;

export async function startSqsServer(options: SqsServerOptions): Promise<SqsServer> {
  const { directory, environment, log, onLine, graceMs = GRACE_MS } = options;
  const name = 'queues';
  const main = new URL('./embedded-sqs.ts', import.meta.url);
  const start = (previous?: Child) => {
    const told: EmbeddedSqsTold = {
      directory,
      port: Number(previous?.facts.port ?? 0),
      graceMs: previous ? graceMs : 0,
    };
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
