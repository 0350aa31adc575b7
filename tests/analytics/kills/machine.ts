/** The embedded ClickHouse and load's processes as the runtime has them: killed, they come back by themselves. */
import { join } from 'node:path';
import type { FunctionProcess } from '../../../local/function-process.ts';
import { migrate } from '../../../local/migrate.ts';
import type { ClickHouseClient } from '../../../shared/analytics/client.ts';
import { parseClickHouseUrl } from '../../../shared/config/clickhouse-url.ts';
import { inheritedEnvironment } from '../../../shared/config/env.ts';
import { startTestClickHouse } from '../../support/clickhouse.ts';
import { startOneFunction } from '../../support/one-function.ts';
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

const LOADERS = 2;

/** @param folder where its data is, and stays. */
export async function startMachine(folder: string): Promise<Machine> {
  const directory = join(folder, 'analytics');
  const clickHouse = await startTestClickHouse(directory);
  await migrate(parseClickHouseUrl(clickHouse.url), { environment: inheritedEnvironment() });
  const own = { CLICKHOUSE_URL: clickHouse.url, LOG_LEVEL: 'error' };
  const loaders: FunctionProcess[] = [];
  for (let count = 0; count < LOADERS; count += 1) loaders.push(await startOneFunction('load', folder, own));

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
