/**
 * copycat plan <channel>: how many store paths a channel's current release lists, how many of them are new here, and how
 * large they are. It reads, and writes nothing; a mirror may run meanwhile.
 *
 * Exit status: 0, 1 when upstream or the bucket could not be read, 2 when the configuration is wrong.
 */
import { Command } from 'commander';
import { readOperateConfig } from '../local/operate/config.ts';
import { openMirror } from '../local/operate/open-mirror.ts';
import { together } from '../local/operate/together.ts';
import { planChannel } from '../local/plan.ts';
import { planInWords } from '../local/plan-words.ts';
import { inheritedEnvironment, readEnv } from '../shared/config/env.ts';
import { parsed } from '../shared/config/readers.ts';
import { parseChannelName } from '../shared/nix/release.ts';
import { onInterruption } from './interruption.ts';

/** As many narinfos as upstream would be asked for in a few seconds of copying. */
const SAMPLE = 300;

export const command = new Command('plan')
  .description('Says what mirroring a channel would bring, before one starts. It is configured as copycat start is.')
  .argument('<channel>', 'such as nixos-unstable-small')
  .option('--json', 'as JSON', false)
  .addHelpText('after', '\nExample:\n  npx copycat plan nixos-unstable-small')
  .action(async (name: string, { json }: { readonly json: boolean }) => {
    const [config, { channel }] = together(
      () => readOperateConfig(inheritedEnvironment()),
      () => readEnv({ channel: parsed('a name such as nixos-unstable-small', parseChannelName) }, { channel: name }),
    );
    const { client, ...mirror } = openMirror(config);
    try {
      const found = await planChannel(channel, { ...mirror, sample: SAMPLE }, onInterruption());
      process.stdout.write(json ? `${JSON.stringify(found)}\n` : planInWords(found));
    } finally {
      await client.close();
    }
  });
