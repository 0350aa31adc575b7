/**
 * copycat backfill: asks for store paths to be copied, and says first what it would ask for. It sends messages to copy and nothing else:
 * names are publish's to make, and so are references to ask for. A release that is backfilled whole is noted, so that it settles and is
 * shown; no channel moves by it.
 */
import { Command } from 'commander';
import { readUnderWay } from '../functions/detect/guarantees.ts';
import { counted } from '../local/figures.ts';
import { type BackfillDeps, type BackfillPlan, planBackfill, runBackfill } from '../local/operate/backfill.ts';
import { type BackfillArguments, type BackfillSpec, readBackfillSpec } from '../local/operate/backfill-options.ts';
import { backfillJson, type Estimate, planInWords, showingInWords } from '../local/operate/backfill-words.ts';
import { readOperateConfig } from '../local/operate/config.ts';
import { deadHashes } from '../local/operate/dead-hashes.ts';
import { isAddress, openPlace } from '../local/operate/open-place.ts';
import { type NamedRelease, type Showing, showRelease } from '../local/operate/show-release.ts';
import { stageNamed } from '../local/operate/stage-queues.ts';
import { together } from '../local/operate/together.ts';
import { type Collected, collectWanted, type Sources } from '../local/operate/wanted.ts';
import { estimateSizes } from '../local/plan.ts';
import { printableJson } from '../local/printable.ts';
import { receiver } from '../local/receiver.ts';
import { inheritedEnvironment } from '../shared/config/env.ts';
import { silentLog } from '../shared/log.ts';
import { sqsQueue } from '../shared/queue/sqs.ts';
import { INTERRUPTED } from './interruption.ts';
import { type Operating, operating } from './operating.ts';
import { repeated } from './repeated.ts';

interface Options extends BackfillArguments {
  readonly pathsOnly: boolean;
  readonly force: boolean;
  readonly again: boolean;
  readonly stage?: string;
  readonly dryRun: boolean;
  readonly json: boolean;
}

const EXAMPLES = `
Examples:
  npx copycat backfill --channel nixos-unstable-small --dry-run
  npx copycat backfill --release nixos/26.05/nixos-26.05.4711.6774f7bc2537
  npx copycat backfill --channel nixos-unstable --names 'firefox-*' --names 'thunderbird-*'
  npx copycat backfill --list https://mirror.example.org/store-paths.xz --rate 200/s
  npx copycat backfill /nix/store/1b2c…-hello-2.12.1 9xk2…
  zcat access.log.gz | npx copycat backfill --from-log -
`;

export const command = new Command('backfill')
  .description('Asks for store paths to be copied: says first what it would ask for, and goes on where it was cut.')
  .argument('[paths...]', 'store paths or their hashes')
  .option(
    '--channel <name>',
    'what a channel lists where it stands upstream (may be repeated, as what follows)',
    repeated,
  )
  .option('--release <prefix>', 'what a release lists, current or not; it is shown once it has settled', repeated)
  .option('--list <file or address>', 'what is listed there, as in store-paths.xz', repeated)
  .option('--names <pattern>', 'of these lists only names such as firefox-*', repeated)
  .option('--from-log <file>', 'what a text names, whatever it is; - is standard input', repeated)
  .option('--from-dead-letters', 'what the dead letters of copy are about; they stay where they are', false)
  .option('--paths-only', 'a release is not to be shown, only its store paths are to come', false)
  .option('--limit <count>', 'ask for so many only; the next run asks for the next')
  .option('--rate <messages>', 'messages a second', '500/s')
  .option('--force', 'also what is known to be unavailable and not due yet', false)
  .option('--again', 'also what has been asked for and may still come', false)
  .option('--stage <name>', 'the stage of a deployment, such as prod')
  .option('--dry-run', 'say what it would ask for, and change nothing', false)
  .option('--json', 'as JSON', false)
  .addHelpText('after', EXAMPLES)
  .action(async (paths: readonly string[], options: Options) => {
    const [config, spec] = together(
      () => readOperateConfig(inheritedEnvironment(), options),
      () => readBackfillSpec(paths, options),
    );
    const addresses = spec.sources.lists.filter(isAddress);
    await operating({ config, command: 'backfill', json: options.json, addresses }, (at) =>
      backfill(at, spec, options),
    );
  });

async function backfill(at: Operating, spec: BackfillSpec, options: Options): Promise<void> {
  const { signal, say } = at;
  const { json, dryRun, pathsOnly, force, again } = options;
  const { wanted, releases } = await collect(at, spec.sources);
  const deps = depsOf(at, wanted.size);
  const plan = await planBackfill(wanted, { force, again, limit: spec.limit }, deps, signal);
  const estimate = await sizesOf(plan, at);
  say(planInWords(plan, estimate));
  const report = backfillJson(plan, estimate);
  const toShow = spec.whole && !pathsOnly ? releases : [];
  if (dryRun || (plan.ask.length === 0 && toShow.length === 0)) {
    if (json) process.stdout.write(printableJson({ ...report, dryRun, asked: 0 }));
    return;
  }
  const asked = await at.recorded(async (tally) => {
    const showings = await showAll(toShow, at);
    const onAsked = (number: number): void => {
      tally({ asked: number });
      at.bar.show('asked for', number, plan.ask.length);
    };
    const number = await runBackfill(plan, wanted, spec, { ...deps, onAsked }, signal);
    tally({ asked: number });
    if (number === plan.ask.length)
      for (const showing of showings) if (showing.kind === 'to-show') await showing.finish(signal);
    return number;
  });
  const whole = asked === plan.ask.length;
  say(
    whole
      ? `asked for ${counted(asked, 'store path')}\n`
      : `stopped after ${counted(asked, 'store path')}: the same command goes on from here\n`,
  );
  if (json) process.stdout.write(printableJson({ ...report, dryRun, asked }));
  if (!whole) process.exitCode = INTERRUPTED;
}

function collect(at: Operating, sources: Sources): Promise<Collected> {
  const { place, client, signal } = at;
  return collectWanted(
    sources,
    {
      ...at,
      open: (where, until) => openPlace(where, { client, input: process.stdin }, until),
      async deadLetters(until) {
        const { deadLetters } = stageNamed(place, 'copy');
        return deadLetters ? deadHashes(receiver(place.client, deadLetters), until) : [];
      },
    },
    signal,
  );
}

function depsOf(at: Operating, total: number): BackfillDeps {
  const { place, bucket, state, bar } = at;
  return {
    bucket,
    state,
    queue: sqsQueue({ client: place.client, url: stageNamed(place, 'copy').work.url }),
    underWay: (signal) => readUnderWay({ bucket, state }, signal),
    now: () => new Date(),
    onLooked: (looked) => bar.show('looked at', looked, total),
  };
}

const SAMPLE = 100;
const SIZES_MS = 20_000;

/** Nice to know, and no reason to wait for long, or to fail: upstream may be down, which is a reason to backfill later on. */
async function sizesOf({ ask }: BackfillPlan, { upstream, signal }: Operating): Promise<Estimate> {
  if (ask.length === 0) return undefined;
  const patience = AbortSignal.any([signal, AbortSignal.timeout(SIZES_MS)]);
  const found = await estimateSizes(ask, { upstream, sample: SAMPLE }, patience).catch(() => undefined);
  signal.throwIfAborted();
  return found?.estimate;
}

async function showAll(releases: readonly NamedRelease[], at: Operating): Promise<readonly Showing[]> {
  const showings: Showing[] = [];
  for (const named of releases) {
    at.bar.show('files of releases', showings.length, releases.length);
    const showing = await showRelease(named, { ...at, log: silentLog, now: () => new Date() }, at.signal);
    at.say(showingInWords(named.release, showing));
    showings.push(showing);
  }
  return showings;
}
