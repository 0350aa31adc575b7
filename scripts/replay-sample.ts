/**
 * copycat replay sample: a Lambda event from a file. Messages of a queue go to the queue of their stage, where the mirror works on them;
 * any other event, and with --invoke also these, is given to its function here, by itself.
 */
import { join } from 'node:path';
import { Command } from 'commander';
import { counted } from '../local/figures.ts';
import { readOperateConfig } from '../local/operate/config.ts';
import { invokeHere } from '../local/operate/invoke-here.ts';
import { readSample, type Sample } from '../local/operate/sample.ts';
import { stageNamed } from '../local/operate/stage-queues.ts';
import { together } from '../local/operate/together.ts';
import { printable, printableJson } from '../local/printable.ts';
import { inheritedEnvironment } from '../shared/config/env.ts';
import { sqsQueue } from '../shared/queue/sqs.ts';
import { type Operating, operating, ROOT } from './operating.ts';

interface Options {
  readonly invoke: boolean;
  readonly stage?: string;
  readonly dryRun: boolean;
  readonly json: boolean;
}

export const replaySample = new Command('sample')
  .description("Sends a sample event's messages to their queue, or invokes its function with it on this machine.")
  .argument('<file>', 'a file named <function>.<case>.json, or such a name in events/samples')
  .option('--invoke', 'invoke the function here, though its messages could go to the queue', false)
  .option('--stage <name>', 'the stage of a deployment, such as prod')
  .option('--dry-run', 'say what it would do, and do nothing', false)
  .option('--json', 'as JSON', false)
  .addHelpText(
    'after',
    '\nExamples:\n  npx copycat replay sample copy.one-path\n  npx copycat replay sample publish.scheduled --dry-run\n  npx copycat replay sample ./copy.of-today.json --invoke',
  )
  .action(async (name: string, options: Options) => {
    const [config, sample] = together(
      () => readOperateConfig(inheritedEnvironment(), options),
      () => readSample(name, join(ROOT, 'events/samples')),
    );
    await operating({ config, command: 'replay sample', json: options.json }, (at) => replay(sample, options, at));
  });

async function replay(sample: Sample, { invoke, dryRun, json }: Options, at: Operating): Promise<void> {
  const { stage, bodies } = sample;
  const how = bodies && !invoke ? 'queue' : 'invoke';
  const what =
    bodies && !invoke ? `${counted(bodies.length, 'message')} to the queue of ${stage}` : `${stage} is invoked here`;
  at.say(dryRun ? `would be done: ${what}\n` : `${what}\n`);
  const answer = dryRun
    ? undefined
    : await at.recorded(() => (bodies && !invoke ? send(stage, bodies, at) : invoked(sample, at)));
  if (json) process.stdout.write(printableJson({ stage, how, dryRun, answer: answer ?? null }));
  else if (how === 'invoke' && !dryRun) process.stdout.write(printableJson(answer ?? null));
}

async function send(stage: string, bodies: readonly string[], { place, signal }: Operating): Promise<undefined> {
  const { work } = stageNamed(place, stage);
  await sqsQueue({ client: place.client, url: work.url }).sendAll(bodies, signal);
}

const invoked = ({ stage, event }: Sample, { place, config }: Operating): Promise<unknown> =>
  invokeHere(stage, event, {
    ...{ place, config, root: ROOT, environment: inheritedEnvironment() },
    onLine: (line) => void process.stderr.write(`${printable(JSON.stringify(line))}\n`),
  });
