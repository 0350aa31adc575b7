/**
 * copycat replay release: asks again for what a release needed when it was seen, by the list that detect wrote down then. Upstream is asked
 * nothing.
 */
import { Command } from 'commander';
import { fanOutKey, readFanOut } from '../events/fan-out.ts';
import { counted } from '../local/figures.ts';
import { planBackfill, runBackfill, type Wanted } from '../local/operate/backfill.ts';
import { parseRate } from '../local/operate/backfill-options.ts';
import { backfillJson, planInWords } from '../local/operate/backfill-words.ts';
import { readOperateConfig } from '../local/operate/config.ts';
import { stageNamed } from '../local/operate/stage-queues.ts';
import { together } from '../local/operate/together.ts';
import { printableJson } from '../local/printable.ts';
import type { Bucket } from '../shared/bucket/bucket.ts';
import { inheritedEnvironment, readEnv } from '../shared/config/env.ts';
import { parsed } from '../shared/config/readers.ts';
import { RuntimeFailed } from '../shared/errors.ts';
import { parseReleasePrefix, type ReleasePrefix } from '../shared/nix/release.ts';
import { sqsQueue } from '../shared/queue/sqs.ts';
import { INTERRUPTED } from './interruption.ts';
import { operating } from './operating.ts';

interface Options {
  readonly force: boolean;
  readonly rate: string;
  readonly stage?: string;
  readonly dryRun: boolean;
  readonly json: boolean;
}

export const replayRelease = new Command('release')
  .description('Asks again for what is not here of a release, by the list that was written down when it was seen.')
  .argument('<prefix>', 'such as nixos/unstable/nixos-26.11pre1077996.6774f7bc2537')
  .option('--force', 'also what is known to be unavailable and not due yet', false)
  .option('--rate <messages>', 'messages a second', '500/s')
  .option('--stage <name>', 'the stage of a deployment, such as prod')
  .option('--dry-run', 'say what it would ask for, and change nothing', false)
  .option('--json', 'as JSON', false)
  .addHelpText(
    'after',
    '\nExample:\n  npx copycat replay release nixos/unstable/nixos-26.11pre1077996.6774f7bc2537 --dry-run',
  )
  .action(async (prefix: string, options: Options) => {
    const [config, { release, '--rate': rate }] = together(
      () => readOperateConfig(inheritedEnvironment(), options),
      () =>
        readEnv(
          {
            release: parsed('a prefix such as nixos/unstable/nixos-26.11pre1077996.6774f7bc2537', parseReleasePrefix),
            '--rate': parsed('messages a second such as 500/s', parseRate),
          },
          { release: prefix, '--rate': options.rate },
        ),
    );
    const { dryRun, json, force } = options;
    await operating({ config, command: 'replay release', json }, async (at) => {
      const { bucket, state, place, bar, signal, say } = at;
      const wanted = await fanOutOf(release, state, signal);
      const deps = {
        ...{ bucket, state, now: () => new Date() },
        queue: sqsQueue({ client: place.client, url: stageNamed(place, 'copy').work.url }),
        underWay: async () => new Set<never>(),
        onLooked: (looked: number) => bar.show('looked at', looked, wanted.size),
      };
      const plan = await planBackfill(wanted, { force, again: true, limit: Number.POSITIVE_INFINITY }, deps, signal);
      say(planInWords(plan, undefined, dryRun));
      const asked =
        dryRun || plan.ask.length === 0
          ? 0
          : await at.recorded((tally) => {
              const onAsked = (number: number): void => {
                tally({ asked: number });
                bar.show('asked for', number, plan.ask.length);
              };
              return runBackfill(plan, wanted, { rate }, { ...deps, onAsked }, signal);
            });
      if (!dryRun) say(`asked for ${counted(asked, 'store path')}\n`);
      if (json) process.stdout.write(printableJson({ ...backfillJson(plan, undefined), release, dryRun, asked }));
      if (!dryRun && asked < plan.ask.length) process.exitCode = INTERRUPTED;
    });
  });

async function fanOutOf(release: ReleasePrefix, state: Pick<Bucket, 'get'>, signal: AbortSignal): Promise<Wanted> {
  const stored = await state.get(fanOutKey(release), { signal });
  if (!stored)
    throw new RuntimeFailed(`no list of ${release} was written down; copycat backfill --release asks upstream`);
  const { paths } = await readFanOut(stored.body);
  return new Map(paths.map(({ path }) => [path.hash, release]));
}
