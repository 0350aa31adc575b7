/**
 * copycat replay …: queue messages again. Replaying anything any number of times is safe: a copy that is here already does nothing, and
 * names are publish's to make.
 */
import { Command } from 'commander';
import { replayDeadLetters, replayLogs } from './replay-dead-letters.ts';
import { replayRelease } from './replay-release.ts';
import { replaySample } from './replay-sample.ts';
import { replayUnavailable } from './replay-unavailable.ts';

export const command = new Command('replay')
  .description('Queues messages again: dead letters, unavailable paths, a release, sample events, log deliveries.')
  .addCommand(replayDeadLetters)
  .addCommand(replayUnavailable)
  .addCommand(replayRelease)
  .addCommand(replayLogs)
  .addCommand(replaySample)
  .addHelpText(
    'after',
    `
Examples:
  npx copycat replay dead-letters --code UPSTREAM_FAILED --newer 1d
  npx copycat replay unavailable --reason corrupt
  npx copycat replay release nixos/unstable/nixos-26.11pre1077996.6774f7bc2537
  npx copycat replay logs
  npx copycat replay sample copy.one-path --dry-run`,
  );
