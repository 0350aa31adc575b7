/**
 * npm run chaos: the chaos run's long form. Kills are spread over mirrors that begin empty, so that there is always work to do; the first
 * one's seed is the one that is given, so that a mirror that failed can be run again alone.
 *
 * Exit status: 0 when all held, 1 when something did not (it says how to run that again), 2 when it can't be run here, 130 when it
 * was cut short.
 */
import '../../scripts/require-node.ts';
import { spawnSync } from 'node:child_process';
import { Command, InvalidArgumentError, Option } from 'commander';
import { INTERRUPTED, onInterruption } from '../../scripts/interruption.ts';
import { referenceDir } from '../../shared/testing/reference.ts';
import { findMinio } from '../services/minio.ts';
import { throwDice } from '../support/dice.ts';
import { type ChaosReport, runChaos } from './chaos.ts';
import { figuresOf } from './figures.ts';

interface Options {
  readonly kills: number;
  readonly storage: 'file' | 'minio' | 'both';
  readonly seed: number;
  readonly json: boolean;
}

/** More, and a mirror of the small reference upstream is complete before it is killed for the last time. */
const KILLS_OF_ONE = 20;
const CANNOT = 2;

const options = new Command('npm run chaos --')
  .description(
    'Kills processes of mirrors by SIGKILL, while upstream fails and MinIO is killed, too; looks whether all that is promised holds.',
  )
  .addOption(new Option('--kills <n>', 'how many in all').argParser(wholeNumber).default(200))
  .addOption(
    new Option('--storage <where>', 'where the buckets are; MINIO names the program')
      .choices(['file', 'minio', 'both'])
      .default('both'),
  )
  .addOption(new Option('--seed <n>', 'of the first mirror (default: any)').argParser(wholeNumber))
  .option('--json', 'the reports as JSON on standard output, and how it goes on standard error', false)
  .addHelpText('after', '\nExample:\n  npm run chaos -- --kills 50 --storage file')
  .parse()
  .opts<Omit<Options, 'seed'> & Partial<Options>>();

process.exitCode = await main({ ...options, seed: options.seed ?? throwDice().seed });

async function main({ kills, storage, seed, json }: Options): Promise<number> {
  const out = json ? process.stderr : process.stdout;
  const say = (line: string): void => void out.write(`${new Date().toISOString().slice(11, 19)}  ${line}\n`);
  const minio = storage === 'file' ? undefined : await findMinio();
  const shared = referenceDir();
  const lacking = [
    ...(shared === undefined ? ['REFERENCE_DIR holds no data'] : []),
    ...(spawnSync('python3', ['--version']).status === 0 ? [] : ['there is no python3']),
    ...(storage === 'file' || minio !== undefined ? [] : ['there is no MinIO; --storage file does without']),
  ];
  if (shared === undefined || lacking.length > 0) {
    process.stderr.write(`This can't be run: ${lacking.join('; ')}.\n`);
    return CANNOT;
  }

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
    if (signal.aborted) return INTERRUPTED;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    if (json) process.stdout.write(`${JSON.stringify(reports)}\n`);
    else out.write(figuresOf(reports));
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
