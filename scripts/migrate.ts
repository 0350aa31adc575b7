/**
 * copycat migrate: makes the tables of the log stream in ClickHouse, and what this version changes of them: that of CLICKHOUSE_URL, or
 * the embedded one of DATA_DIR, whether or not a mirror is running there. A mirror does it by itself when it starts.
 *
 * Exit status: 0 when all is applied (or, with --dry-run, listed), 1 when something failed, 2 when the configuration is wrong.
 */
import { Command } from 'commander';
import { readAnalyticsConfig } from '../local/analytics-config.ts';
import { type AnalyticsPlace, withAnalytics } from '../local/analytics-place.ts';
import { migrate } from '../local/migrate.ts';
import { pendingMigrations } from '../local/pending-migrations.ts';
import { openClickHouse } from '../shared/analytics/client.ts';
import { inheritedEnvironment } from '../shared/config/env.ts';
import { describeError, InvalidConfig } from '../shared/errors.ts';
import { configOrComplaint, WRONG_CONFIG } from './complaint.ts';
import { onInterruption } from './interruption.ts';

interface Options {
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly replicated: boolean;
  readonly cluster?: string;
}

interface Outcome {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
}

export const command = new Command('migrate')
  .description('Makes the tables of the log stream in ClickHouse. CLICKHOUSE_URL and DATA_DIR say where; see README.')
  .option('--dry-run', 'list what would be applied, and apply nothing', false)
  .option('--json', 'as JSON', false)
  .option('--replicated', 'make replicated tables (CLICKHOUSE_REPLICATED)', false)
  .option('--cluster <name>', 'make the database on every server of a cluster, replicated (CLICKHOUSE_CLUSTER)')
  .addHelpText(
    'after',
    '\nExample:\n  CLICKHOUSE_URL=http://admin:secret@clickhouse:8123 npx copycat migrate --dry-run',
  )
  .allowExcessArguments(false)
  .action(async (options: Options) => {
    process.exitCode = await run(options);
  });

async function run({ dryRun, json, replicated, cluster }: Options): Promise<number> {
  const environment = inheritedEnvironment();
  const said = {
    ...environment,
    ...(replicated ? { CLICKHOUSE_REPLICATED: 'true' } : {}),
    ...(cluster === undefined ? {} : { CLICKHOUSE_CLUSTER: cluster }),
  };
  const config = configOrComplaint(() => readAnalyticsConfig(said));
  if (!config) return WRONG_CONFIG;
  const signal = onInterruption();

  const apply = async ({ place }: AnalyticsPlace): Promise<Outcome> => {
    if (!dryRun) {
      const { CLICKHOUSE_REPLICATED, CLICKHOUSE_CLUSTER } = config;
      const how = { environment, signal, replicated: CLICKHOUSE_REPLICATED, cluster: CLICKHOUSE_CLUSTER };
      return { applied: await migrate(place, how), pending: [] };
    }
    const client = openClickHouse(place);
    try {
      return { applied: [], pending: await pendingMigrations(client) };
    } finally {
      await client.close();
    }
  };
  try {
    const outcome = await withAnalytics(config, { environment, signal }, apply);
    process.stdout.write(json ? `${JSON.stringify(outcome)}\n` : inWords(outcome, dryRun));
    return 0;
  } catch (error) {
    process.stderr.write(`${describeError(error).message}\n`);
    return error instanceof InvalidConfig ? WRONG_CONFIG : 1;
  }
}

function inWords({ applied, pending }: Outcome, dryRun: boolean): string {
  const [files, verb] = dryRun ? [pending, 'pending'] : [applied, 'applied'];
  return files.length === 0 ? 'nothing to apply\n' : files.map((file) => `${verb} ${file}\n`).join('');
}
