/**
 * What an operator's command is told: what `copycat start` is told, of which CHANNELS may be missing, and where the queues are when they
 * are not those of DATA_DIR.
 */
import { type Environment, readEnv } from '../../shared/config/env.ts';
import { listOf, optional, parsed, url } from '../../shared/config/readers.ts';
import { InvalidConfig } from '../../shared/errors.ts';
import { type ChannelName, parseChannelName } from '../../shared/nix/release.ts';
import { readSettings } from '../config.ts';
import { bucketsOf, overlap } from '../data-dir.ts';
import { together } from './together.ts';

export type OperateConfig = ReturnType<typeof readOperateConfig>;

const noChannels: readonly ChannelName[] = [];
const STAGE = /^[A-Za-z][A-Za-z0-9-]{0,39}$/;

/**
 * @param options of the command line: the name of a deployment's stage.
 * @throws {InvalidConfig} that names everything that is missing or wrong.
 */
export function readOperateConfig(environment: Environment, options: { readonly stage?: string | undefined } = {}) {
  const [settings, queues, { '--stage': stage }] = together(
    () => readSettings(environment, listOf('channel names such as nixos-unstable-small', parseChannelName, noChannels)),
    () =>
      readEnv(
        {
          COPY_QUEUE_URL: optional(url()),
          COPY_DEAD_LETTERS_URL: optional(url()),
          LOAD_FAILURES_URL: optional(url()),
          LOAD_DEAD_LETTERS_URL: optional(url()),
        },
        environment,
      ),
    () =>
      readEnv(
        { '--stage': optional(parsed('the name of a stage such as prod', parseStage)) },
        { '--stage': options.stage },
      ),
  );
  const config = { ...settings, ...queues, stage };
  const problems = [
    ...(overlap(bucketsOf(config)) ? ['BUCKET and STATE must be two buckets, and neither in the other'] : []),
    ...(isDeployed(config)
      ? (['BUCKET', 'STATE'] as const).filter((name) => config[name] === undefined).map(missing)
      : []),
  ];
  if (problems.length > 0) throw new InvalidConfig(problems);
  return config;
}

/** Whether the queues are those of a deployment: then so are its buckets, and directories here would be empty. */
export const isDeployed = (config: {
  readonly stage: string | undefined;
  readonly COPY_QUEUE_URL: string | undefined;
}): boolean => config.stage !== undefined || config.COPY_QUEUE_URL !== undefined;

const missing = (name: string): string => `${name} is not set: with --stage or COPY_QUEUE_URL it is the deployment's`;

function parseStage(text: string): string {
  if (!STAGE.test(text)) throw new RangeError();
  return text;
}
