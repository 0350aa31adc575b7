/** The embedded ClickHouse and load's processes as the runtime has them: killed, they come back by themselves. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FunctionProcess, startFunction } from '../../../local/function-process.ts';
import { migrate } from '../../../local/migrate.ts';
import { readService } from '../../../local/read-service.ts';
import type { ServiceFunction } from '../../../local/service.ts';
import type { ClickHouseClient } from '../../../shared/analytics/client.ts';
import { parseClickHouseUrl } from '../../../shared/config/clickhouse-url.ts';
import { inheritedEnvironment } from '../../../shared/config/env.ts';
import { memoryLog } from '../../../shared/log.ts';
import { startTestClickHouse } from '../../support/clickhouse.ts';
import { childrenOf } from '../../support/processes.ts';

export const VICTIMS = ['load', 'clickhouse', 'both'] as const;
export type Victim = (typeof VICTIMS)[number];

export interface Machine {
  readonly client: ClickHouseClient;
  readonly loaders: readonly Pick<FunctionProcess, 'invoke' | 'ready'>[];
  /** Whatever lives of it, by SIGKILL. @returns how many processes. */
  kill(victim: Victim): Promise<number>;
  stop(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const LOADERS = 2;

/** load as serverless.yml has it. */
export async function readLoad(cache: string): Promise<ServiceFunction> {
  const { functions } = await readService({ root: ROOT, cache, environment: inheritedEnvironment() });
  const load = functions.find(({ name }) => name === 'load');
  if (!load) throw new Error('serverless.yml has no load');
  return load;
}

export async function startMachine(folder: string, load: ServiceFunction): Promise<Machine> {
  const environment = inheritedEnvironment();
  const directory = join(folder, 'analytics');
  const clickHouse = await startTestClickHouse(directory);
  await migrate(parseClickHouseUrl(clickHouse.url), { environment });
  const log = memoryLog();
  const own = { PATH: environment.PATH, CLICKHOUSE_URL: clickHouse.url, LOG_LEVEL: 'error' };
  const options = { root: ROOT, environment: own, log, onLine: () => undefined };
  const loaders = await Promise.all(Array.from({ length: LOADERS }, () => startFunction(load, options)));

  const isVictim = (victim: Victim, command: readonly string[]): boolean =>
    (victim !== 'load' && command.some((part) => part.includes(directory))) ||
    (victim !== 'clickhouse' && command.some((part) => part.includes('"name":"load"')));
  return {
    client: clickHouse.client,
    loaders,
    async kill(victim) {
      const victims = (await childrenOf(process.pid)).filter(({ command }) => isVictim(victim, command));
      for (const { pid } of victims) process.kill(pid, 'SIGKILL');
      return victims.length;
    },
    async stop() {
      await Promise.all(loaders.map((loader) => loader.stop(0)));
      await clickHouse.stop();
    },
  };
}
