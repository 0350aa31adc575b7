/**
 * copycat analytics: whether what analytics count is exact, day by day, and how a day is made exact again. CLICKHOUSE_URL and DATA_DIR say
 * where ClickHouse is; a mirror may run meanwhile.
 *
 * Exit status: 0 when all is equal, 1 when something is not or could not be looked at, 2 when it was asked for or configured wrongly.
 */
import { Command, InvalidArgumentError } from 'commander';
import { readAnalyticsConfig } from '../local/analytics-config.ts';
import { withAnalytics } from '../local/analytics-place.ts';
import { audit } from '../shared/analytics/audit/audit.ts';
import { daysFrom, firstWholeDay, parseDay } from '../shared/analytics/audit/days.ts';
import { repair } from '../shared/analytics/audit/repair.ts';
import { auditInWords, dayInWords, repairInWords } from '../shared/analytics/audit/words.ts';
import { type ClickHouseClient, openClickHouse } from '../shared/analytics/client.ts';
import { dayOf } from '../shared/analytics/queries/range.ts';
import { inheritedEnvironment } from '../shared/config/env.ts';
import { describeError, InvalidConfig } from '../shared/errors.ts';
import { configOrComplaint, WRONG_CONFIG } from './complaint.ts';
import { INTERRUPTED, onInterruption } from './interruption.ts';

/** A day of a large mirror is rewritten within it. */
const REQUEST_MS = 10 * 60_000;
const WRONG_USAGE = 2;

interface AuditOptions {
  readonly from?: string;
  readonly to?: string;
  readonly json: boolean;
}

interface RepairOptions {
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly json: boolean;
}

export const command = new Command('analytics')
  .description('Proves that analytics counted each request once, and repairs a day where they did not.')
  .addHelpText(
    'after',
    `
Examples:
  npx copycat analytics audit --from 2026-11-01
  npx copycat analytics repair 2026-11-22 --dry-run`,
  );

command
  .command('audit')
  .description(
    'Compares requests, event ids and every sum made of them, by the day (UTC). Exit status 1 also when they differ.',
  )
  .option('--from <day>', 'the first day (default: the oldest whose requests are all kept)', day)
  .option('--to <day>', 'the last day, itself included (default: today)', day)
  .option('--json', 'as JSON', false)
  .addHelpText('after', '\nExample:\n  npx copycat analytics audit --from 2026-11-01 --to 2026-11-07')
  .allowExcessArguments(false)
  .action(async (options: AuditOptions) => {
    process.exitCode = await runAudit(options);
  });

command
  .command('repair')
  .description(
    'Makes a day exact: each event once, and every sum what its requests come to. Loads may go on meanwhile.',
  )
  .argument('<day>', 'such as 2026-11-22 (UTC)', day)
  .option('--dry-run', 'say what is wrong, and change nothing', false)
  .option(
    '--force',
    'also today and yesterday: what a load brings just then may be summed twice or not at all; no request is lost, and auditing and repairing once more mends it',
    false,
  )
  .option('--json', 'as JSON', false)
  .addHelpText('after', '\nExample:\n  npx copycat analytics repair 2026-11-22 --dry-run')
  .allowExcessArguments(false)
  .action(async (wanted: string, options: RepairOptions) => {
    process.exitCode = await runRepair(wanted, options);
  });

async function runAudit({ from, to, json }: AuditOptions): Promise<number> {
  const now = new Date();
  return withClient(async (client, signal) => {
    const days = daysFrom(from ?? firstWholeDay(now), to ?? dayOf(now));
    const onDay = json ? undefined : (one: Parameters<typeof dayInWords>[0]) => process.stdout.write(dayInWords(one));
    const audited = await audit(days, { client, now: () => now, ...(onDay ? { onDay } : {}) }, signal);
    const equal = audited.every(({ differences }) => differences.length === 0);
    process.stdout.write(json ? `${JSON.stringify({ equal, days: audited })}\n` : auditInWords(audited));
    return equal ? 0 : 1;
  });
}

async function runRepair(wanted: string, { dryRun, force, json }: RepairOptions): Promise<number> {
  return withClient(async (client, signal) => {
    const done = await repair({ day: wanted, dryRun, force }, { client, now: () => new Date() }, signal);
    process.stdout.write(json ? `${JSON.stringify(done)}\n` : repairInWords(done, dryRun));
    return done.audited.differences.length === 0 ? 0 : 1;
  });
}

async function withClient(use: (client: ClickHouseClient, signal: AbortSignal) => Promise<number>): Promise<number> {
  const environment = inheritedEnvironment();
  const config = configOrComplaint(() => readAnalyticsConfig(environment));
  if (!config) return WRONG_CONFIG;
  const signal = onInterruption();
  try {
    return await withAnalytics(config, { environment, signal }, async ({ place }) => {
      const client = openClickHouse(place, { requestTimeoutMs: REQUEST_MS });
      try {
        return await use(client, signal);
      } finally {
        await client.close();
      }
    });
  } catch (error) {
    if (signal.aborted) return INTERRUPTED;
    const { code, message } = describeError(error);
    process.stderr.write(`${message}\n`);
    return error instanceof InvalidConfig || code === 'MALFORMED' ? WRONG_USAGE : 1;
  }
}

function day(text: string): string {
  try {
    return parseDay(text);
  } catch {
    throw new InvalidArgumentError('It must be a day such as 2026-11-22.');
  }
}
