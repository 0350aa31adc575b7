/** copycat queues: how full they are, and what the dead letters died of. It changes nothing. */
import { Command } from 'commander';
import { readOperateConfig } from '../local/operate/config.ts';
import { reportQueues } from '../local/operate/queue-report.ts';
import { queuesInWords, queuesJson } from '../local/operate/queue-words.ts';
import { stageQueues } from '../local/operate/stage-queues.ts';
import { together } from '../local/operate/together.ts';
import { printableJson } from '../local/printable.ts';
import { inheritedEnvironment, readEnv } from '../shared/config/env.ts';
import { integer } from '../shared/config/readers.ts';
import { operating } from './operating.ts';

interface Options {
  readonly stage?: string;
  readonly letters: string;
  readonly json: boolean;
}

/** One walk through a dead letters' queue; they are hidden from others meanwhile. */
const MOST_LETTERS = 10_000;

export const command = new Command('queues')
  .description('Says how much waits, is in flight and is dead, and what the dead letters died of.')
  .option('--stage <name>', 'the stage of a deployment, such as prod, whose queues are meant')
  .option('--letters <count>', 'dead letters of each queue that are looked at for their reasons', '500')
  .option('--json', 'as JSON', false)
  .addHelpText(
    'after',
    '\nExamples:\n  npx copycat queues\n  npx copycat queues --json | jq .queues[].dead\n  npx copycat queues --stage prod   # with credentials of AWS',
  )
  .action(async ({ stage, letters: most, json }: Options) => {
    const [config, { '--letters': letters }] = together(
      () => readOperateConfig(inheritedEnvironment(), { stage, buckets: false }),
      () => readEnv({ '--letters': integer(0, MOST_LETTERS) }, { '--letters': most }),
    );
    const report = await operating({ config, command: 'queues', json, brief: true }, ({ place, signal }) =>
      reportQueues(stageQueues(place), place.client, { letters, now: () => new Date(), signal }),
    );
    process.stdout.write(
      json
        ? printableJson(queuesJson(report))
        : queuesInWords(report, process.stdout.isTTY && process.stdout.hasColors()),
    );
  });
