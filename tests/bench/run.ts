/**
 * npm run bench -- <what>: measures, and promises nothing. Everything lies in a temporary directory, which goes at the end.
 *
 * Exit status: 0 when it ran to its end, 1 when something failed, 2 when it can't be run here or was asked for wrongly, 130 when it was cut short.
 */
import '../../scripts/require-node.ts';
import { Command, InvalidArgumentError, Option } from 'commander';
import { INTERRUPTED, onInterruption } from '../../scripts/interruption.ts';
import { describeError } from '../../shared/errors.ts';
import { benchAnalytics } from './analytics/bench.ts';
import { WAYS, type Way } from './analytics/loading.ts';
import { reportInWords } from './analytics/report.ts';
import { benchCosts } from './costs/bench.ts';
import { readPrices } from './costs/prices.ts';
import { costsInWords, usagesOf } from './costs/report.ts';
import { benchPages } from './pages/bench.ts';
import { pagesInWords } from './pages/report.ts';
import { type Progress, progressOn } from './progress.ts';

interface AnalyticsOptions {
  readonly rows: number;
  readonly batch: number;
  readonly seed: string;
  readonly through: Way;
  readonly json: boolean;
}

interface PagesOptions {
  readonly rows: number;
  readonly json: boolean;
}

interface CostsOptions {
  readonly paths: number;
  readonly json: boolean;
}

const WRONG = 2;
const LONGEST_MS = 45 * 60_000;

const command = new Command('npm run bench --')
  .description('Measures parts of Copycat on this machine.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : WRONG));

command
  .command('analytics')
  .description(
    'Loads a month of made-up requests into an embedded ClickHouse; measures bytes, rates, queries and an audit.',
  )
  .addOption(
    new Option('--rows <n>', 'how many requests').argParser(wholeNumber(1_000, 50_000_000)).default(10_000_000),
  )
  .addOption(
    new Option('--batch <n>', 'requests in one insert or delivery').argParser(wholeNumber(1, 100_000)).default(10_000),
  )
  .addOption(
    new Option('--through <way>', 'by an insert as load makes it, or through load').choices(WAYS).default('insert'),
  )
  .option('--seed <text>', 'the same seed makes the same requests', 'copycat')
  .option('--json', 'the figures as JSON on standard output, and how it goes on standard error', false)
  .addHelpText('after', '\nExample:\n  npm run bench -- analytics --rows 1000000')
  .allowExcessArguments(false)
  .action(async (options: AnalyticsOptions) => {
    process.exitCode = await analytics(options);
  });

command
  .command('costs')
  .description(
    'Counts what a store path, a request and an idle month ask of S3, SQS, Lambda and upstream, and multiplies it by list prices.',
  )
  .addOption(
    new Option('--paths <n>', 'store paths to mirror and then to ask for')
      .argParser(wholeNumber(10, 20_000))
      .default(300),
  )
  .option('--json', 'the counts, and what of them is billed, as JSON on standard output', false)
  .addHelpText('after', '\nExample:\n  npm run bench -- costs --paths 300')
  .allowExcessArguments(false)
  .action(async ({ paths, json }: CostsOptions) => {
    process.exitCode = await measured(json, async (progress, signal) => {
      const [prices, report] = [readPrices(), await benchCosts(paths, progress, signal)];
      return json ? `${JSON.stringify({ ...report, usage: usagesOf(report) })}\n` : costsInWords(report, prices);
    });
  });

command
  .command('pages')
  .description('Answers each page from an embedded ClickHouse with many requests; measures times and sizes.')
  .addOption(
    new Option('--rows <n>', 'how many requests').argParser(wholeNumber(1_000, 50_000_000)).default(10_000_000),
  )
  .option('--json', 'the figures as JSON on standard output, and how it goes on standard error', false)
  .addHelpText('after', '\nExample:\n  npm run bench -- pages --rows 1000000')
  .allowExcessArguments(false)
  .action(async ({ rows, json }: PagesOptions) => {
    process.exitCode = await measured(json, async (progress, signal) => {
      const report = await benchPages(rows, progress, signal);
      return json ? `${JSON.stringify(report)}\n` : pagesInWords(report);
    });
  });

await command.parseAsync();

function analytics({ rows, batch, seed, through: way, json }: AnalyticsOptions): Promise<number> {
  return measured(json, async (progress, signal) => {
    const report = await benchAnalytics({ rows, batch, seed, way }, progress, signal);
    return json ? `${JSON.stringify(report)}\n` : reportInWords(report);
  });
}

/** Runs to its end and writes what it found. @returns the exit status */
async function measured(
  json: boolean,
  measure: (progress: Progress, signal: AbortSignal) => Promise<string>,
): Promise<number> {
  const interruption = onInterruption();
  const signal = AbortSignal.any([interruption, AbortSignal.timeout(LONGEST_MS)]);
  const progress = progressOn(json || process.stderr.isTTY ? process.stderr : process.stdout);
  try {
    process.stdout.write(await measure(progress, signal));
    return 0;
  } catch (error) {
    if (interruption.aborted) return INTERRUPTED;
    const { code, message } = describeError(error);
    process.stderr.write(`${message}\n`);
    return code === 'RUNTIME_FAILED' ? WRONG : 1;
  }
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= least && number <= most))
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    return number;
  };
}
