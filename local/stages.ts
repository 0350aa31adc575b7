/** All functions of the service with what drives them, as one thing that starts and stops. */
import { type Environment, readEnv } from '../shared/config/env.ts';
import { duration } from '../shared/config/readers.ts';
import { InvalidConfig, RuntimeFailed } from '../shared/errors.ts';
import type { LocalConfig } from './config.ts';
import { environmentOf } from './environment.ts';
import type { FunctionProcessOptions } from './function-process.ts';
import { type HttpProcess, startHttp } from './http-process.ts';
import { type LogStage, type LogStream, startLogStage } from './log-stage.ts';
import type { QueueConnection } from './queue-connection.ts';
import type { Schedule, Service, ServiceFunction } from './service.ts';
import { sharesOf } from './shares.ts';
import { type ScheduledStage, type Stage, startQueueStage, startScheduledStage } from './stage.ts';

/** `once`: no HTTP, and schedules fire by hand only. */
export type Mode = 'lasting' | 'once';

export interface StagesOptions extends Omit<FunctionProcessOptions, 'environment'> {
  readonly config: Pick<
    LocalConfig,
    | 'HOST'
    | 'PORT'
    | 'SERVE_PROCESSES'
    | 'NAR_DELIVERY'
    | 'COPY_CONCURRENCY'
    | 'UPSTREAM_CONNECTIONS'
    | 'UPSTREAM_BYTES_PER_SECOND'
  >;
  readonly mode: Mode;
  readonly connection: Pick<QueueConnection, 'client' | 'queues'>;
  /** The user's environment. */
  readonly inherited: Environment;
  /** What every function is told besides. */
  readonly settings: Environment;
  /** What becomes of the records that functions write; undefined: they write none. */
  readonly logStream: (LogStream & { /** What load is told besides. */ readonly loading: Environment }) | undefined;
}

export interface Stages extends Pick<Stage, 'stop'> {
  /** Where HTTP is answered. */
  readonly address: string | undefined;
  /** Fires a scheduled function by hand. @throws {RuntimeFailed} */
  fire(name: string): Promise<unknown>;
  /** Lines of the log stream that a function could not write. */
  lost(lines: number): void;
}

/** @throws {RuntimeFailed} when one can't start; then none is left running. */
export async function startStages({ functions }: Pick<Service, 'functions'>, options: StagesOptions): Promise<Stages> {
  const scheduled = new Map<string, ScheduledStage>();
  const web: HttpProcess[] = [];
  const driven: Stage[] = [];
  const loads: LogStage[] = [];
  let address: string | undefined;

  const start = async (fn: ServiceFunction): Promise<void> => {
    const own = { ...options, environment: environmentFor(fn, options) };
    if (fn.logs) {
      if (options.logStream) loads.push(await startLogStage(fn, options.logStream, own));
      return; // the queue of what it failed at stays empty: here that waits in the spool
    }
    if (fn.queue) driven.push(await startQueueStage(fn, { ...own, ...queueFor(fn, fn.queue, options) }));
    if (fn.schedule) {
      const everyMs = options.mode === 'once' ? undefined : intervalOf(fn.schedule, options.inherited);
      const stage = await startScheduledStage(fn, everyMs, own);
      driven.push(stage);
      scheduled.set(fn.name, stage);
    }
    if (fn.url && options.mode === 'lasting') {
      const http = await startHttp(fn, placeOf(options.config), own);
      web.push(http);
      address = http.address;
    }
  };
  const stop = async (): Promise<void> => {
    await Promise.all([...web, ...driven].map((stage) => stage.stop()));
    await Promise.all(loads.map((stage) => stage.stop())); // by now the others have written their last
  };

  const failed = (await Promise.allSettled(functions.map(start))).find((result) => result.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  for (const stage of [...driven, ...loads]) stage.begin();
  return {
    address,
    stop,
    async fire(name) {
      const stage = scheduled.get(name);
      if (!stage) throw new RuntimeFailed(`${name} is no scheduled function`, { function: name });
      return stage.fire();
    },
    lost(lines) {
      for (const stage of loads) stage.lost(lines);
    },
  };
}

const placeOf = ({ HOST: host, PORT: port, SERVE_PROCESSES: processes }: StagesOptions['config']) => ({
  host,
  port,
  processes,
});

const ALONE = { batchSize: 1, maximumConcurrency: 1 };

function shareOf(fn: ServiceFunction, { config }: StagesOptions) {
  return sharesOf(fn.queue ?? ALONE, {
    concurrency: config.COPY_CONCURRENCY,
    connections: config.UPSTREAM_CONNECTIONS,
    bytesPerSecond: config.UPSTREAM_BYTES_PER_SECOND,
  });
}

function environmentFor(fn: ServiceFunction, options: StagesOptions): Environment {
  const { connection, inherited, settings, config } = options;
  const { copy, detect } = shareOf(fn, options);
  const { connections, bytesPerSecond } = fn.queue ? copy : detect; // of those without a queue only detect reads what is large
  const shares = {
    UPSTREAM_CONNECTIONS: String(connections),
    UPSTREAM_BYTES_PER_SECOND: bytesPerSecond === undefined ? '' : String(bytesPerSecond),
  };
  const serving = { NAR_DELIVERY: config.NAR_DELIVERY }; // deployed it has another default
  const loading = fn.logs ? { ...options.logStream?.loading, SPOOL: 'off' } : {}; // or it would load what it says of loading
  const told = { ...settings, ...shares, ...serving, ...loading };
  return environmentOf(fn, { inherited, queues: connection.queues, settings: told });
}

function queueFor(fn: ServiceFunction, { queue: logicalId }: { readonly queue: string }, options: StagesOptions) {
  const { client, queues } = options.connection;
  const queue = queues.get(logicalId);
  if (!queue) throw new InvalidConfig([`functions.${fn.name}: there is no queue ${logicalId}`]);
  const { processes, batchSize } = shareOf(fn, options);
  return { client, queue, processes, batchSize };
}

function intervalOf({ everyMs, variable }: Schedule, environment: Environment): number {
  return variable === undefined
    ? everyMs
    : (readEnv({ [variable]: duration(everyMs) }, environment)[variable] ?? everyMs);
}
