/**
 * collect: takes away now what nobody needs any more, or says what it would take. It works under the lease like the function that the
 * schedule runs, so a mirror may run meanwhile.
 *
 * Exit status: 0, 1 when it failed or refused to take anything away, 2 when the configuration is wrong, 130 when it was interrupted.
 */
import './require-node.ts';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { noRecordLog } from '../events/log-record.ts';
import { createCollector, type Outcome } from '../functions/collect/collector.ts';
import { policyOf } from '../functions/collect/config.ts';
import { planCollection } from '../functions/collect/plan-collection.ts';
import { reportPlan } from '../functions/collect/report-plan.ts';
import { readLocalConfig } from '../local/config.ts';
import { count } from '../local/figures.ts';
import { mirrorHere } from '../local/mirror-here.ts';
import { countedBucket } from '../local/operate/counted-bucket.ts';
import { watchFigures } from '../local/operate/watch-figures.ts';
import { describeError, RuntimeFailed } from '../shared/errors.ts';
import { createLog } from '../shared/log.ts';
import { outcomeInWords, reportInWords } from './collect-words.ts';
import { configOrComplaint, WRONG_CONFIG } from './complaint.ts';
import { INTERRUPTED, onInterruption } from './interruption.ts';
import { writtenDown } from './written-down.ts';

interface Options {
  readonly dryRun: boolean;
  readonly json: boolean;
}

export const collectCommand = (): Command =>
  new Command('collect')
    .description(
      'Takes away what nobody needs any more: condemned first, deleted a grace period later. Exit status 1 also when it refuses to.',
    )
    .option('--dry-run', 'say what would be condemned and deleted, release by release, and change nothing', false)
    .option('--json', 'as JSON', false)
    .addHelpText('after', '\nExample:\n  RETAIN_RELEASES=5 npx copycat collect --dry-run')
    .action(async (options: Options) => {
      process.exitCode = await collect(options, onInterruption());
    });

/** Publish gets so much time between two slices. */
const PAUSE_MS = 60_000;
/** Runs in a row that came to nothing. */
const MOST_VAIN = 3;

export async function collect({ dryRun, json }: Options, signal: AbortSignal): Promise<number> {
  const mirror = configOrComplaint(() => {
    const config = readLocalConfig();
    return { ...mirrorHere(config), policy: policyOf(config) };
  });
  if (!mirror) return WRONG_CONFIG;
  const figures = { read: 0, deleted: 0 };
  const watch = watchFigures(
    process.stderr,
    () => `${count(figures.read)} objects read, ${count(figures.deleted)} deleted`,
  );
  const deps = {
    ...mirror,
    bucket: countedBucket(mirror.bucket, figures),
    now: () => new Date(),
  };
  try {
    if (dryRun) {
      const plan = await planCollection(deps.policy, deps, { isLate: () => false, keep: false }, signal);
      if (!plan) throw new RuntimeFailed('it came to no plan');
      const report = await reportPlan(plan, deps.bucket, signal);
      watch.end();
      process.stdout.write(json ? `${JSON.stringify(report)}\n` : reportInWords(report, deps.policy.mostBytes));
      return report.refused === undefined ? 0 : 1;
    }
    const log = createLog({ level: 'warn', write: (line) => process.stderr.write(`${line}\n`) });
    const waiting = (ms: number, until: AbortSignal) => sleep(ms, undefined, { signal: until });
    const holder = `${randomUUID()}/collect`;
    const collector = createCollector({ ...deps, log, records: noRecordLog, sleep: waiting, holder });
    const run = (): Promise<Outcome> => collector.run({ endsAt: Number.POSITIVE_INFINITY, whenDue: false }, signal);
    const outcome = await writtenDown('collect', deps.state, signal, async (tally) => {
      const came = await untilDone(run, signal);
      tally({ deleted: figures.deleted });
      return came;
    });
    watch.end();
    process.stdout.write(json ? `${JSON.stringify(outcome)}\n` : outcomeInWords(outcome));
    return outcome.outcome === 'collected' ? 0 : 1;
  } catch (error) {
    if (signal.aborted) return INTERRUPTED;
    watch.clear();
    process.stderr.write(`${describeError(error).message}\n`);
    return 1;
  } finally {
    watch.end();
  }
}

/** @throws {RuntimeFailed} when nothing comes of it: publish does not give the lease up, or another collects. */
async function untilDone(run: () => Promise<Outcome>, signal: AbortSignal): Promise<Outcome> {
  for (let vain = 0; vain < MOST_VAIN; ) {
    const outcome = await run();
    if (outcome.outcome !== 'under-way') return outcome;
    vain = outcome.figures && outcome.figures.deletedObjects > 0 ? 0 : vain + 1;
    process.stderr.write(outcomeInWords(outcome));
    await sleep(PAUSE_MS, undefined, { signal });
  }
  throw new RuntimeFailed('the lease could not be had: is another collection under way?');
}
