/**
 * npm run chaos: the chaos run's long form. Kills are spread over mirrors that begin empty, so that there is always work to do; the first
 * one's seed is the one that is given, so that a mirror that failed can be run again alone. With --analytics it is load and ClickHouse
 * that are killed (tests/analytics/kills), and with --days nothing is killed: mirrors live through hard days (hard-days/).
 *
 * Exit status: 0 when all held, 1 when something did not (it says how to run that again), 2 when it can't be run here, 130 when it
 * was cut short.
 */
import '../../scripts/require-node.ts';
import { spawnSync } from 'node:child_process';
import { Command, InvalidArgumentError, Option } from 'commander';
import { INTERRUPTED, onInterruption } from '../../scripts/interruption.ts';
import { referenceDir } from '../../shared/testing/reference.ts';
import { figuresOfKills } from '../analytics/kills/figures.ts';
import { runKills } from '../analytics/kills/kills.ts';
import { findMinio } from '../services/minio.ts';
import { hasClickHouse } from '../support/describe-with.ts';
import { throwDice } from '../support/dice.ts';
import { type ChaosReport, runChaos } from './chaos.ts';
import { figuresOf } from './figures.ts';
import type { DayReport } from './hard-days/day.ts';
import { DAYS, daysNamed } from './hard-days/days.ts';
import { figuresOfDays } from './hard-days/figures.ts';

interface Options {
  readonly kills: number;
  readonly storage: 'file' | 'minio' | 'both';
  readonly seed: number;
  readonly analytics: boolean;
  /** Names, or true: all. */
  readonly days: true | readonly string[];
  readonly short: boolean;
  readonly json: boolean;
}

/** More, and a mirror of the small reference upstream is complete before it is killed for the last time. */
const KILLS_OF_ONE = 20;
const CANNOT = 2;

const options = new Command('npm run chaos --')
  .description(
    `Kills processes of mirrors by SIGKILL, while upstream fails and MinIO is killed, too; looks whether all that is promised holds.
With --analytics: kills load and ClickHouse, while deliveries repeat and overlap; looks whether every table is exact.
With --days: kills nothing. Each day is a mirror of its own that lives through one trouble; in the end nothing is lacking, and
every message that failed is accounted for by its reason. The days:
${DAYS.map(({ name, trouble }) => `  ${name}: ${trouble}`).join('\n')}`,
  )
  .addOption(new Option('--kills <n>', 'how many in all').argParser(wholeNumber).default(200))
  .addOption(
    new Option('--storage <where>', 'where the buckets are; MINIO names the program')
      .choices(['file', 'minio', 'both'])
      .default('both'),
  )
  .addOption(new Option('--seed <n>', 'of the first mirror (default: any)').argParser(wholeNumber))
  .option('--analytics', 'kills load and ClickHouse, and no mirror', false)
  .addOption(new Option('--days [names]', 'hard days: those, separated by commas, or all').argParser(namesOfDays))
  .option('--short', 'with --days: as short as in the tests', false)
  .option('--json', 'the reports as JSON on standard output, and how it goes on standard error', false)
  .addHelpText(
    'after',
    '\nExamples:\n  npm run chaos -- --kills 50 --storage file\n  npm run chaos -- --analytics --kills 50\n  npm run chaos -- --days\n  npm run chaos -- --days bad-upstream --seed 7',
  )
  .parse()
  .opts<Omit<Options, 'seed' | 'days'> & Partial<Options>>();

process.exitCode = await main({ ...options, seed: options.seed ?? throwDice().seed });

type Say = (line: string) => void;
type Asked = Omit<Options, 'days'> & Partial<Pick<Options, 'days'>>;

function main(asked: Asked): Promise<number> {
  const out = asked.json ? process.stderr : process.stdout;
  const say: Say = (line) => void out.write(`${new Date().toISOString().slice(11, 19)}  ${line}\n`);
  if (asked.days !== undefined) return liveDays(asked, asked.days, say);
  return asked.analytics ? killLogStream(asked, say) : killMirrors(asked, say);
}

async function killLogStream({ kills, seed, json }: Asked, say: Say): Promise<number> {
  if (!hasClickHouse()) return cannot(['there is no chdb for this machine']);
  const signal = onInterruption();
  say(`load and ClickHouse are to be killed ${kills} times; seed ${seed}`);
  try {
    const report = await runKills({ kills, seed, say, signal });
    process.stdout.write(json ? `${JSON.stringify(report)}\n` : figuresOfKills(report));
    return 0;
  } catch (error) {
    return failed(error, signal);
  }
}

async function killMirrors({ kills, storage, seed, json }: Asked, say: Say): Promise<number> {
  const minio = storage === 'file' ? undefined : await findMinio();
  const shared = referenceDir();
  const lacking = [
    ...lackingForUpstream(shared),
    ...(storage === 'file' || minio !== undefined ? [] : ['there is no MinIO; --storage file does without']),
  ];
  if (shared === undefined || lacking.length > 0) return cannot(lacking);

  const signal = onInterruption();
  const reports: ChaosReport[] = [];
  const places = storage === 'both' ? [undefined, minio] : [minio];
  let left = kills;
  try {
    for (let turn = 0; left > 0; turn += 1) {
      const mine = Math.min(KILLS_OF_ONE, left);
      const where = places[turn % places.length];
      say(`a new mirror, to be killed ${mine} times; seed ${seed + turn}`);
      reports.push(await runChaos({ shared, kills: mine, seed: seed + turn, minio: where, say, signal }));
      left -= mine;
    }
    return 0;
  } catch (error) {
    return failed(error, signal);
  } finally {
    process.stdout.write(json ? `${JSON.stringify(reports)}\n` : figuresOf(reports));
  }
}

async function liveDays({ seed, short, json }: Asked, names: Options['days'], say: Say): Promise<number> {
  const [minio, shared] = [await findMinio(), referenceDir()];
  const lacking = lackingForUpstream(shared);
  if (shared === undefined || lacking.length > 0) return cannot(lacking);
  const signal = onInterruption();
  const reports: DayReport[] = [];
  try {
    for (const day of names === true ? DAYS : daysNamed(names)) {
      const impossible = day.impossible({ minio });
      say(`${day.name}: ${impossible === undefined ? `${day.trouble}; seed ${seed}` : `SKIPPED, it ${impossible}`}`);
      if (impossible !== undefined) continue;
      reports.push(await day.run({ shared, seed, size: short ? 'short' : 'long', minio, say, signal }));
    }
    return 0;
  } catch (error) {
    return failed(error, signal);
  } finally {
    process.stdout.write(json ? `${JSON.stringify(reports)}\n` : figuresOfDays(reports));
  }
}

function lackingForUpstream(shared: string | undefined): readonly string[] {
  return [
    ...(shared === undefined ? ['REFERENCE_DIR holds no data'] : []),
    ...(spawnSync('python3', ['--version']).status === 0 ? [] : ['there is no python3']),
  ];
}

function cannot(lacking: readonly string[]): number {
  process.stderr.write(`This can't be run: ${lacking.join('; ')}.\n`);
  return CANNOT;
}

function failed(error: unknown, signal: AbortSignal): number {
  if (signal.aborted) return INTERRUPTED;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function namesOfDays(text: string): readonly string[] {
  const names = text.split(',');
  try {
    daysNamed(names);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
  return names;
}
