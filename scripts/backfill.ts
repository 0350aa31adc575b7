/**
 * copycat backfill: asks for store paths to be copied, and says first what it would ask for. It sends messages to copy and nothing else:
 * names are publish's to make, and so are references to ask for. A release that is backfilled whole is noted, so that it settles and is
 * shown; no channel moves by it.
 */
import { Command } from 'commander';
import { type BackfillArguments, readBackfillSpec } from '../local/operate/backfill-options.ts';
import { readOperateConfig } from '../local/operate/config.ts';
import { isAddress } from '../local/operate/open-place.ts';
import { together } from '../local/operate/together.ts';
import { inheritedEnvironment } from '../shared/config/env.ts';
import { type BackfillFlags, backfill } from './backfill-work.ts';
import { operating } from './operating.ts';
import { repeated } from './repeated.ts';

interface Options extends Omit<BackfillArguments, keyof BackfillFlags>, BackfillFlags {
  readonly stage?: string;
}

const EXAMPLES = `
Examples:
  npx copycat backfill --channel nixos-unstable-small --dry-run
  npx copycat backfill --release nixos/26.05/nixos-26.05.4711.6774f7bc2537
  npx copycat backfill --release nixos/26.05/nixos-26.05.4711.6774f7bc2537 --pin
  npx copycat backfill --channel nixos-unstable --names 'firefox-*' --names 'thunderbird-*'
  npx copycat backfill --list https://mirror.example.org/store-paths.xz --rate 200/s
  npx copycat backfill /nix/store/1b2c…-hello-2.12.1 9xk2…
  zcat access.log.gz | npx copycat backfill --from-log -

A release stays for RETAIN_DAYS after it has settled, what no release lists for RETAIN_DAYS after it appeared; then collect takes it
away, unless something else keeps it or it is pinned (--pin, copycat pin).
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
  .option('--pin', 'a release is to stay, whatever is retained, until copycat unpin', false)
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
