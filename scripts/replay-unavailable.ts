/** copycat replay unavailable: copy tries now what upstream lacked or had wrong, and is not due yet. */
import { Command } from 'commander';
import { REASONS } from '../events/path-unavailable.ts';
import { counted } from '../local/figures.ts';
import { askFor } from '../local/operate/ask.ts';
import { isDue } from '../local/operate/ask-plan.ts';
import { parseRate } from '../local/operate/backfill-options.ts';
import { readOperateConfig } from '../local/operate/config.ts';
import { findUnavailable } from '../local/operate/find-unavailable.ts';
import { parseHashOf } from '../local/operate/hash-of.ts';
import { countOf, unavailableInWords } from '../local/operate/replay-words.ts';
import { stageNamed } from '../local/operate/stage-queues.ts';
import { together } from '../local/operate/together.ts';
import { printableJson } from '../local/printable.ts';
import { inheritedEnvironment, readEnv } from '../shared/config/env.ts';
import { integer, listOf, optional, parsed } from '../shared/config/readers.ts';
import { sqsQueue } from '../shared/queue/sqs.ts';
import { INTERRUPTED } from './interruption.ts';
import { operating } from './operating.ts';
import { repeated } from './repeated.ts';

interface Options {
  readonly reason?: readonly string[];
  readonly path?: readonly string[];
  readonly limit?: string;
  readonly rate: string;
  readonly stage?: string;
  readonly dryRun: boolean;
  readonly json: boolean;
}

export const replayUnavailable = new Command('unavailable')
  .description('Asks now for store paths that are known to be unavailable, though they are not due.')
  .option('--reason <reason>', `only these: ${REASONS.join(', ')} (may be repeated)`, repeated)
  .option('--path <path>', 'only these store paths (may be repeated)', repeated)
  .option('--limit <count>', 'so many at most')
  .option('--rate <messages>', 'messages a second', '500/s')
  .option('--stage <name>', 'the stage of a deployment, such as prod')
  .option('--dry-run', 'say how many, and change nothing', false)
  .option('--json', 'as JSON', false)
  .addHelpText('after', '\nExample:\n  npx copycat replay unavailable --reason corrupt --dry-run')
  .action(async (options: Options) => {
    const [config, read] = together(
      () => readOperateConfig(inheritedEnvironment(), options),
      () => readOptions(options),
    );
    const { dryRun, json } = options;
    const filter = { reasons: read['--reason'], paths: read['--path'] };
    await operating({ config, command: 'replay unavailable', json }, async (at) => {
      const { state, signal, say, bar, place } = at;
      const now = () => new Date();
      const onRead = (records: number): void => bar.show('records read', records, 0);
      const found = (await findUnavailable(filter, { state, onRead }, signal)).slice(0, read['--limit']);
      say(unavailableInWords(found, now(), dryRun));
      const ask = found.map(({ hash }) => hash);
      const notDueYet = new Set(found.filter((record) => !isDue(record, now())).map(({ hash }) => hash));
      const queue = sqsQueue({ client: place.client, url: stageNamed(place, 'copy').work.url });
      const asked =
        dryRun || ask.length === 0
          ? 0
          : await at.recorded((tally) =>
              askFor(
                { ask, notDueYet },
                {
                  ...{ queue, state, now, rate: read['--rate'] },
                  onAsked(number) {
                    tally({ asked: number });
                    bar.show('asked for', number, ask.length);
                  },
                },
                signal,
              ),
            );
      if (!dryRun) say(`asked for ${counted(asked, 'store path')}\n`);
      const reasons = countOf(found.map(({ reason }) => reason));
      if (json) process.stdout.write(printableJson({ dryRun, found: found.length, reasons, asked }));
      if (!dryRun && asked < ask.length) process.exitCode = INTERRUPTED;
    });
  });

const readOptions = ({ reason = [], path = [], limit, rate }: Options) =>
  readEnv(
    {
      '--reason': listOf(`one of ${REASONS.join(', ')}`, parseReason, []),
      '--path': listOf('store paths or their hashes', parseHashOf, []),
      '--limit': optional(integer(1, 1_000_000)),
      '--rate': parsed('messages a second such as 500/s', parseRate),
    },
    { '--reason': reason.join(' '), '--path': path.join(' '), '--limit': limit, '--rate': rate },
  );

function parseReason(text: string): (typeof REASONS)[number] {
  const found = REASONS.find((reason) => reason === text);
  if (!found) throw new RangeError();
  return found;
}
