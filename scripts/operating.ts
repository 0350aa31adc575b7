/** What the commands of an operator have in common: a mirror, opened as it was configured, and closed when the work is done. */
import { fileURLToPath } from 'node:url';
import { type Bar, openBar } from '../local/operate/bar.ts';
import type { OperateConfig } from '../local/operate/config.ts';
import { type OpenMirror, openMirror } from '../local/operate/open-mirror.ts';
import type { Tally } from '../local/operate/recorded.ts';
import { type QueuePlace, withQueues } from '../local/queue-place.ts';
import { inheritedEnvironment } from '../shared/config/env.ts';
import { onInterruption } from './interruption.ts';
import { writtenDown } from './written-down.ts';

export interface Operating extends OpenMirror {
  readonly config: OperateConfig;
  readonly place: QueuePlace;
  readonly bar: Bar;
  /** Told to end. */
  readonly signal: AbortSignal;
  /** For a person: on standard output, or on standard error where that is for JSON alone. */
  say(text: string): void;
  /** Does what changes something, and writes down that it was done. */
  recorded<T>(work: (tally: Tally) => Promise<T>): Promise<T>;
}

export interface OperatingOptions {
  readonly config: OperateConfig;
  /** `replay dead-letters` */
  readonly command: string;
  /** Standard output is for JSON alone. */
  readonly json: boolean;
  /** It is done in a moment. */
  readonly brief?: boolean;
  /** What may be fetched besides upstream. */
  readonly addresses?: readonly string[];
}

/** The directory of serverless.yml. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

export async function operating<T>(
  { config, command, json, brief = false, addresses = [] }: OperatingOptions,
  work: (at: Operating) => Promise<T>,
): Promise<T> {
  const signal = onInterruption();
  const mirror = openMirror(config, addresses);
  const bar = openBar(process.stderr);
  const onWaiting = (): void => {
    bar.end();
    process.stderr.write('done; another command uses the queues that this one runs: it ends with that one\n');
  };
  const out = json ? process.stderr : process.stdout;
  try {
    return await withQueues(
      { config, environment: inheritedEnvironment(), root: ROOT, purpose: command, brief, signal, onWaiting },
      (place) =>
        work({
          ...mirror,
          config,
          place,
          bar,
          signal,
          say(text) {
            bar.end();
            out.write(text);
          },
          recorded: (doIt) => writtenDown(command, mirror.state, signal, doIt),
        }),
    );
  } finally {
    bar.end();
    await mirror.client.close();
  }
}
