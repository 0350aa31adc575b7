/** copycat replay dead-letters, and replay logs: dead letters go back to their stage's queue, all or by filter, once what killed them is gone. */
import { Command } from 'commander';
import { readOperateConfig } from '../local/operate/config.ts';
import {
  type LetterFilter,
  type LetterOptions,
  readLetterFilter,
  requireMeantDrop,
} from '../local/operate/letter-filter.ts';
import type { Tally } from '../local/operate/recorded.ts';
import { type LettersReplayed, replayLetters } from '../local/operate/replay-letters.ts';
import { heldInWords, lettersInWords } from '../local/operate/replay-words.ts';
import { type StageQueues, stageNamed, stageQueues } from '../local/operate/stage-queues.ts';
import { together } from '../local/operate/together.ts';
import { printableJson } from '../local/printable.ts';
import { receiver } from '../local/receiver.ts';
import { inheritedEnvironment, readEnv } from '../shared/config/env.ts';
import { integer, optional } from '../shared/config/readers.ts';
import { sqsQueue } from '../shared/queue/sqs.ts';
import { INTERRUPTED } from './interruption.ts';
import { type Operating, operating } from './operating.ts';
import { repeated } from './repeated.ts';

interface Options extends LetterOptions {
  readonly limit?: string;
  readonly stage?: string;
  readonly drop: boolean;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

const filtered = (command: Command): Command =>
  command
    .option('--code <code>', 'only these, such as UPSTREAM_FAILED (may be repeated, as what follows)', repeated)
    .option('--reason <words>', 'only those whose reason has these words', repeated)
    .option('--older <duration>', 'only those that died longer ago, such as 6h')
    .option('--newer <duration>', 'only those that did not, such as 2d')
    .option('--limit <count>', 'so many at most')
    .option('--stage <name>', 'the stage of a deployment, such as prod')
    .option(
      '--drop',
      'delete them for good instead, also what their stage could not read; with a filter and --yes',
      false,
    )
    .option('--yes', 'that what --drop deletes is meant to be deleted', false)
    .option('--dry-run', 'say how many, and change nothing', false)
    .option('--json', 'as JSON', false);

export const replayDeadLetters = filtered(
  new Command('dead-letters')
    .description('Sends dead letters back to their queue. What its stage could not read stays.')
    .argument('[stages...]', 'whose dead letters: copy, load (default: of all)')
    .option('--path <path>', 'only those about these store paths', repeated),
)
  .addHelpText(
    'after',
    '\nExamples:\n  npx copycat replay dead-letters --dry-run\n  npx copycat replay dead-letters copy --code UPSTREAM_FAILED --older 1h\n  npx copycat replay dead-letters copy --drop --code MALFORMED --yes',
  )
  .action((stages: readonly string[], options: Options) => replay(stages, options, 'replay dead-letters'));

export const replayLogs = filtered(
  new Command('logs').description('Sends deliveries of the log stream that could not be loaded back to load.'),
)
  .addHelpText('after', '\nExample:\n  npx copycat replay logs --newer 1d')
  .action((options: Options) => replay(['load'], options, 'replay logs'));

async function replay(stages: readonly string[], options: Options, command: string): Promise<void> {
  const { json } = options;
  const [config, filter, { '--limit': limit }] = together(
    () => readOperateConfig(inheritedEnvironment(), options),
    () => {
      const read = readLetterFilter(options);
      if (options.drop) requireMeantDrop(read, options);
      return read;
    },
    () => readEnv({ '--limit': optional(integer(1, 1_000_000)) }, { '--limit': options.limit }),
  );
  await operating({ config, command, json }, async (at) => {
    const meant = stages.length > 0 ? stages.map((stage) => stageNamed(at.place, stage)) : stageQueues(at.place);
    const work = (tally?: Tally) =>
      replayAll(meant, { ...options, filter, limit: limit ?? Number.POSITIVE_INFINITY }, { ...at, tally });
    const report = options.dryRun ? await work() : await at.recorded(work);
    if (json) process.stdout.write(printableJson({ dryRun: options.dryRun, stages: report }));
    if (!at.signal.aborted) return;
    at.say('stopped: what is left stays dead, and the same command goes on\n');
    process.exitCode = INTERRUPTED;
  });
}

interface ReplayOptions {
  readonly filter: LetterFilter;
  readonly limit: number;
  readonly drop: boolean;
  readonly dryRun: boolean;
}

type Report = LettersReplayed & { readonly stage: string };

async function replayAll(
  stages: readonly StageQueues[],
  { filter, limit, drop, dryRun }: ReplayOptions,
  { place, signal, bar, say, tally }: Operating & { readonly tally: Tally | undefined },
): Promise<readonly Report[]> {
  const reports: Report[] = [];
  for (const { stage, work, deadLetters } of stages) {
    if (!deadLetters || signal.aborted) continue;
    const dead = sqsQueue({ client: place.client, url: deadLetters.url });
    const depth = await dead.depth();
    const replayed = await replayLetters(
      { stage, filter, limit, drop, dryRun, signal },
      {
        receiver: receiver(place.client, deadLetters),
        queue: sqsQueue({ client: place.client, url: work.url }),
        now: () => new Date(),
        onProgress(soFar) {
          tally?.(countsOf([...reports, soFar], drop));
          bar.show(`${stage}: letters`, soFar.looked, Math.max(soFar.looked, depth.waiting));
        },
      },
    );
    say(lettersInWords(stage, replayed, dryRun));
    say(heldInWords(depth, replayed));
    reports.push({ stage, ...replayed });
  }
  return reports;
}

/** For the record: of what is gone, what it died of, too. */
function countsOf(reports: readonly LettersReplayed[], drop: boolean): Readonly<Record<string, number>> {
  const sum = (of: (one: LettersReplayed) => number): number => reports.reduce((total, one) => total + of(one), 0);
  if (!drop) return { replayed: sum(({ replayed }) => replayed) };
  const counts = new Map([['dropped', sum(({ dropped }) => dropped)]]);
  for (const [code, times] of reports.flatMap(({ codes }) => Object.entries(codes))) {
    const known = CODE.test(code) ? code : 'OTHER'; // whoever wrote the letter has written its code
    counts.set(known, (counts.get(known) ?? 0) + times);
  }
  return Object.fromEntries(counts);
}

const CODE = /^[A-Z][A-Z_]{1,40}$/;
