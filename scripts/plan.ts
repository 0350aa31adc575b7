/**
 * copycat plan <channel>: how many store paths a channel's current release lists, how many of them are new here, and how
 * large they are. It reads, and writes nothing; a mirror may run meanwhile.
 *
 * Exit status: 0, 1 when upstream or the bucket could not be read, 2 when the configuration is wrong.
 */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { readLocalConfig } from '../local/config.ts';
import { bucketsOf } from '../local/data-dir.ts';
import { type Plan, planChannel } from '../local/plan.ts';
import { planInWords } from '../local/plan-words.ts';
import { openBucket } from '../shared/bucket/open.ts';
import { inheritedEnvironment, readEnv } from '../shared/config/env.ts';
import { text } from '../shared/config/readers.ts';
import { parseChannelName } from '../shared/nix/release.ts';
import { httpBinaryCache } from '../shared/upstream/binary-cache.ts';
import { httpChannels } from '../shared/upstream/channels.ts';
import { createHttpClient } from '../shared/upstream/http-client.ts';
import { userAgent } from '../shared/upstream/user-agent.ts';
import { configOrComplaint, WRONG_CONFIG } from './complaint.ts';
import { onInterruption } from './interruption.ts';

/** As many narinfos as upstream would be asked for in a few seconds of copying. */
const SAMPLE = 300;
const CONNECTIONS = 8;

export const command = new Command('plan')
  .description('Says what mirroring a channel would bring, before one starts. It is configured as copycat start is.')
  .argument('<channel>', 'such as nixos-unstable-small')
  .option('--json', 'as JSON', false)
  .addHelpText('after', '\nExample:\n  npx copycat plan nixos-unstable-small')
  .action(async (channel: string, options: { readonly json: boolean }) => {
    process.exitCode = await plan(channel, options);
  });

async function plan(channel: string, { json }: { readonly json: boolean }): Promise<number> {
  const environment = { ...inheritedEnvironment(), CHANNELS: channel };
  const config = configOrComplaint(() => readLocalConfig(environment));
  if (!config) return WRONG_CONFIG;
  const signal = onInterruption();
  const { UPSTREAM_URL, CHANNELS_URL, RELEASES_URL } = config;
  const { CONTACT } = readEnv({ CONTACT: text('https://github.com/copycat-mirror/copycat') }, environment);
  const client = createHttpClient({
    userAgent: userAgent(CONTACT),
    origins: [UPSTREAM_URL, CHANNELS_URL, RELEASES_URL],
    connections: CONNECTIONS,
  });
  const buckets = bucketsOf({ ...config, DATA_DIR: resolve(config.DATA_DIR) });
  const deps = {
    channels: httpChannels(CHANNELS_URL, RELEASES_URL, client),
    upstream: httpBinaryCache(UPSTREAM_URL, client),
    bucket: openBucket(buckets.BUCKET),
    state: openBucket(buckets.STATE),
    sample: SAMPLE,
  };
  try {
    const found: Plan = await planChannel(parseChannelName(channel), deps, signal);
    process.stdout.write(json ? `${JSON.stringify(found)}\n` : planInWords(found));
    return 0;
  } finally {
    await client.close();
  }
}
