/**
 * copycat export: a release, or some store paths, with all that they refer to, as a directory that Nix installs from without a network. It
 * reads this mirror's buckets, not the mirror, which may run meanwhile. Started again it goes on where it was.
 *
 * Exit status: 0, 1 when something that was named, or is here, could not be written, 2 wrong usage or configuration, 130 interrupted.
 */
import { Command, Option } from 'commander';
import { overlap } from '../local/data-dir.ts';
import { mirrorHere } from '../local/mirror-here.ts';
import { readOperateConfig } from '../local/operate/config.ts';
import { exportCache } from '../local/operate/export/export-cache.ts';
import { planExport, type Wanted } from '../local/operate/export/export-plan.ts';
import { exportedInWords, exportJson, lackingInWords, planInWords } from '../local/operate/export/export-words.ts';
import { parseHashOf } from '../local/operate/hash-of.ts';
import { together } from '../local/operate/together.ts';
import { watchFigures } from '../local/operate/watch-figures.ts';
import { openBucket, parseBucketUrl } from '../shared/bucket/open.ts';
import { inheritedEnvironment, readEnv } from '../shared/config/env.ts';
import { listOf, parsed } from '../shared/config/readers.ts';
import { InvalidConfig } from '../shared/errors.ts';
import { parseChannelName, parseReleasePrefix } from '../shared/nix/release.ts';
import { onInterruption } from './interruption.ts';

interface Options {
  readonly release?: readonly string[];
  readonly channel?: readonly string[];
  readonly paths?: readonly string[];
  readonly to: string;
  readonly verify: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

export const command = new Command('export')
  .description('Writes releases or store paths, with all that they refer to, into a directory that is a binary cache.')
  .option('--release <prefix...>', 'these releases, with their files')
  .option('--channel <name...>', 'the releases that these channels stand at')
  .option('--paths <path...>', 'these store paths or hashes')
  .addOption(new Option('--to <url>', 'where: file:///…').makeOptionMandatory())
  .option('--no-verify', 'take NARs as they are, without looking whether each is the one that was signed')
  .option('--dry-run', 'say how much it is, and write nothing', false)
  .option('--json', 'what it came to, as JSON', false)
  .addHelpText(
    'after',
    '\nExamples:\n  npx copycat export --channel nixos-unstable-small --to file:///mnt/usb/cache\n  npx copycat export --paths /nix/store/…-hello-2.12.1 --to file:///tmp/hello --dry-run\nThen, without a network:\n  nix copy --from file:///mnt/usb/cache /nix/store/…-hello-2.12.1',
  )
  .action(async (options: Options) => {
    process.exitCode = await run(options);
  });

async function run({ verify, dryRun, json, ...options }: Options): Promise<number> {
  const [config, wanted] = together(
    () => readOperateConfig(inheritedEnvironment()),
    () => wantedBy(options),
  );
  const { bucket: from, urls } = mirrorHere(config);
  const { to } = options;
  if (overlap({ BUCKET: urls.BUCKET, STATE: to }) || overlap({ BUCKET: to, STATE: urls.STATE }))
    throw new InvalidConfig(['--to must be a directory of its own, and none of this mirror’s']);
  const signal = onInterruption();
  const plan = await planExport(wanted, from, signal);
  const say = (text: string): void => {
    if (!json) process.stdout.write(text);
  };
  say(`${planInWords(plan)}\n${lackingInWords('Not here', plan.lacking)}`);
  if (dryRun) {
    if (json) process.stdout.write(exportJson({ to, plan, failed: [] }));
    return 0;
  }
  const figures = { paths: 0, of: 0, bytes: 0 };
  const watch = watchFigures(process.stderr, () => exportedInWords(figures));
  try {
    const { channels } = wanted;
    const told = { channels, priority: config.CACHE_PRIORITY, verifies: verify, figures };
    const failed = await exportCache(plan, told, { from, to: openBucket(to) }, signal);
    watch.end();
    say(`${exportedInWords(figures)}\n${lackingInWords('Not written', failed)}`);
    if (json) process.stdout.write(exportJson({ to, plan, figures, failed }));
    return failed.length > 0 || wanted.paths.some((path) => !plan.paths.has(path)) ? 1 : 0;
  } finally {
    watch.end();
  }
}

/** What is named wrongly is told as any wrong setting is. */
function wantedBy({ release, channel, paths, to }: Pick<Options, 'release' | 'channel' | 'paths' | 'to'>): Wanted {
  const read = readEnv(
    {
      '--release': listOf('releases such as nixos/unstable/nixos-26.11pre…', parseReleasePrefix, []),
      '--channel': listOf('channel names such as nixos-unstable-small', parseChannelName, []),
      '--paths': listOf('store paths or their hashes', parseHashOf, []),
      '--to': parsed('a directory such as file:///mnt/usb/cache', directory),
    },
    { '--release': release?.join(' '), '--channel': channel?.join(' '), '--paths': paths?.join(' '), '--to': to },
  );
  const wanted = { releases: read['--release'], channels: read['--channel'], paths: read['--paths'] };
  if (Object.values(wanted).every((some) => some.length === 0))
    throw new InvalidConfig(['one of --release, --channel and --paths is needed']);
  return wanted;
}

function directory(url: string): string {
  if (parseBucketUrl(url).scheme !== 'file') throw new RangeError();
  return url;
}
