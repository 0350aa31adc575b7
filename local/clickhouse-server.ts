/** Starts the embedded ClickHouse, and starts it again on the same port should it die, or grow beyond its memory. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { Environment } from '../shared/config/env.ts';
import type { Log, LogLine } from '../shared/log.ts';
import { type Child, startChild } from './child.ts';
import { AT_ONCE } from './clickhouse/listener.ts';
import type { EmbeddedClickHouseTold } from './embedded-clickhouse.ts';
import { supervise } from './supervise.ts';

export interface ClickHouseServer {
  /** With user and password, which are this run's: `http://copycat:…@127.0.0.1:<port>`. */
  readonly url: string;
  stop(): Promise<void>;
}

export interface ClickHouseServerOptions {
  /** Where its data is kept. */
  readonly directory: string;
  readonly environment: Environment;
  readonly log: Pick<Log, 'warn' | 'error'>;
  readonly onLine: (line: LogLine) => void;
  readonly memoryMb?: number;
  /** Default `chdb`. */
  readonly module?: string;
}

const MEMORY_MB = 1_024;
/** Of the engine's allocator: what it lets go of is the system's again at once, or some hundred megabytes would lie idle. */
const GIVE_BACK = 'dirty_decay_ms:100,muzzy_decay_ms:0,narenas:4';
/** A statement has a thread while it runs; what else Node does on threads, above all reading files of rows, needs some, too. */
const THREADS = AT_ONCE + 4;

/** @throws {RuntimeFailed} where it can't run: it has no build for the machine, or its data can't be used. */
export async function startClickHouse(options: ClickHouseServerOptions): Promise<ClickHouseServer> {
  const { directory, environment, log, onLine, memoryMb = MEMORY_MB, module = 'chdb' } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const name = 'clickhouse';
  const [user, password] = ['copycat', randomBytes(24).toString('base64url')];
  const main = new URL('./embedded-clickhouse.ts', import.meta.url);
  const own: Environment = {
    PATH: environment.PATH,
    TZ: 'UTC',
    JE_MALLOC_CONF: GIVE_BACK,
    UV_THREADPOOL_SIZE: String(THREADS),
    CLICKHOUSE_USER: user,
    CLICKHOUSE_PASSWORD: password,
  };
  const start = (previous?: Child) => {
    const told: EmbeddedClickHouseTold = { directory, port: Number(previous?.facts.port ?? 0), module };
    return startChild({ name, main, told, environment: own, memoryMb, onLine });
  };
  const server = await supervise({ name, start, log });
  const { facts } = await server.current();
  return {
    url: `http://${user}:${password}@127.0.0.1:${String(facts.port)}`,
    stop: () => server.stop((child) => child.hangUp()),
  };
}
