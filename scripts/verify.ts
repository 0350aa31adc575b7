/**
 * copycat verify: whether what this mirror promises is so. Without --repair it only reads; a mirror may run meanwhile.
 *
 * Exit status: 0 sound, 1 something is broken or could not be looked at, 2 wrong usage or configuration, 130 interrupted.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { channelPointerKey } from '../events/channel-pointer.ts';
import { channelSeenKey } from '../events/channel-seen.ts';
import { type Finding, mendedBy } from '../functions/collect/verify/finding.ts';
import { countMendable, type Repaired, repair } from '../functions/collect/verify/repair.ts';
import type { Scope } from '../functions/collect/verify/scope.ts';
import { noFigures, verify } from '../functions/collect/verify/verify.ts';
import { mirrorHere } from '../local/mirror-here.ts';
import { readOperateConfig } from '../local/operate/config.ts';
import { parseHashOf } from '../local/operate/hash-of.ts';
import { mendReleaseFile } from '../local/operate/mend-release-file.ts';
import { openMirror } from '../local/operate/open-mirror.ts';
import type { Tally } from '../local/operate/recorded.ts';
import { together } from '../local/operate/together.ts';
import {
  figuresInWords,
  findingInWords,
  findingJson,
  repairedInWords,
  summaryJson,
  wouldMendInWords,
} from '../local/operate/verify-words.ts';
import { watchFigures } from '../local/operate/watch-figures.ts';
import type { Bucket } from '../shared/bucket/bucket.ts';
import { createLease } from '../shared/bucket/lease.ts';
import { inheritedEnvironment, readEnv } from '../shared/config/env.ts';
import { integer, listOf, optional } from '../shared/config/readers.ts';
import { InvalidConfig } from '../shared/errors.ts';
import { createLog } from '../shared/log.ts';
import { type ChannelName, parseChannelName, parseReleasePrefix } from '../shared/nix/release.ts';
import { onInterruption } from './interruption.ts';
import { writtenDown } from './written-down.ts';

interface Options {
  readonly release?: readonly string[];
  readonly channel?: readonly string[];
  readonly paths?: readonly string[];
  readonly deep: boolean;
  readonly repair: boolean;
  readonly dryRun: boolean;
  readonly atMost: string;
  readonly json: boolean;
}

const WITHDRAWING = 'Withdrawing what is damaged, once publish gives up its lease. That takes a few minutes at most.\n';
/** A deployed publish may only look in its next minute but one. */
const LEASE_WAIT_MS = 240_000;

export const command = new Command('verify')
  .description(
    'Looks whether what is here is what is promised: signatures, NARs, references, listings, releases with their files, channels. Exit status 1 also when something is broken.',
  )
  .addOption(
    new Option('--release <prefix...>', 'only these releases, with all that they refer to').conflicts([
      'channel',
      'paths',
    ]),
  )
  .addOption(new Option('--channel <name...>', 'only the releases that these channels stand at').conflicts(['paths']))
  .option('--paths <path...>', 'only these store paths or hashes, with all that they refer to')
  .addOption(
    new Option('--all', 'everything, which is what is done unless something is named').conflicts([
      'release',
      'channel',
      'paths',
    ]),
  )
  .option(
    '--deep',
    'read each NAR and each file of a release, and look whether it is the one that was signed or listed',
    false,
  )
  .option(
    '--repair',
    'have what is damaged brought anew: withdrawn with all that refers to it until it is back, or fetched again',
    false,
  )
  .option('--dry-run', 'with --repair: say how much of it would be mended, and mend nothing', false)
  .option(
    '--at-most <count>',
    'findings that are repaired at most, and names that go, beyond COLLECT_MOST_SHARE',
    '100',
  )
  .option('--json', 'a line of JSON for each finding, and one for the summary', false)
  .addHelpText(
    'after',
    '\nExamples:\n  npx copycat verify --deep\n  npx copycat verify --channel nixos-unstable-small --repair --dry-run\n  npx copycat verify --paths /nix/store/…-hello-2.12.1 --deep --json',
  )
  .action(async (options: Options) => {
    process.exitCode = await run(options);
  });

async function run({ deep, json, ...options }: Options): Promise<number> {
  const [config, scope, { '--at-most': atMost }] = together(
    () => readOperateConfig(inheritedEnvironment()),
    () => scopeOf(options),
    () => readEnv({ '--at-most': integer(0, 1_000_000) }, { '--at-most': options.atMost }),
  );
  const signal = onInterruption();
  const { bucket, state } = mirrorHere(config);
  if (scope.of === 'channels') await requireChannels(scope.channels, { bucket, state }, signal);
  const wait = (ms: number, until: AbortSignal): Promise<unknown> => sleep(ms, undefined, { signal: until });
  const deps = { bucket, state, trustedKeys: config.TRUSTED_PUBLIC_KEYS, now: () => new Date(), sleep: wait };
  const figures = noFigures();
  const findings: Finding[] = [];
  const watch = watchFigures(process.stderr, () => figuresInWords(figures));
  const onFinding = (finding: Finding): void => {
    findings.push(finding);
    watch.clear();
    process.stdout.write(json ? findingJson(finding) : findingInWords(finding));
  };
  let repaired: Repaired | undefined;
  try {
    await verify(deps, { scope, deep, figures, onFinding }, signal);
    watch.end();
    if (options.repair && !options.dryRun) repaired = await writtenDown('verify', state, signal, mend);
  } finally {
    watch.end();
  }
  const wouldMend =
    options.repair && options.dryRun ? countMendable(findings, { atMost, looked: figures.names }) : undefined;
  if (json) process.stdout.write(summaryJson(figures, repaired, wouldMend));
  else
    process.stdout.write(
      `${figuresInWords(figures)}\n${repaired ? repairedInWords(repaired) : ''}${wouldMend ? wouldMendInWords(wouldMend) : ''}`,
    );
  return figures.broken > 0 ? 1 : 0;

  async function mend(tally: Tally): Promise<Repaired> {
    if (findings.some((finding) => mendedBy(finding) === 'withdraw')) process.stderr.write(WITHDRAWING);
    const lease = createLease({ state, holder: `verify-${randomUUID()}`, now: deps.now });
    const log = createLog({ fields: { function: 'verify' }, level: 'error' }); // what was done is told below
    const { channels, client } = openMirror(config);
    const fetchFile = (finding: Finding, until: AbortSignal): Promise<void> =>
      mendReleaseFile(finding, { bucket, channels }, until);
    try {
      const limits = { atMost, mostShare: config.COLLECT_MOST_SHARE, looked: figures.names, waitMs: LEASE_WAIT_MS };
      const done = await repair(findings, limits, { ...deps, lease, log, fetchFile }, signal);
      tally({ listings: done.listings, files: done.files, withdrawn: done.withdrawn.paths });
      return done;
    } finally {
      await client.close();
    }
  }
}

/** One whose pointer is lost is known by its record. @throws {InvalidConfig} */
async function requireChannels(
  channels: readonly ChannelName[],
  { bucket, state }: { readonly bucket: Pick<Bucket, 'head'>; readonly state: Pick<Bucket, 'head'> },
  signal: AbortSignal,
): Promise<void> {
  const unknown: ChannelName[] = [];
  for (const channel of channels) {
    const isHere = await bucket.head(channelPointerKey(channel), signal);
    if (!isHere && !(await state.head(channelSeenKey(channel), signal))) unknown.push(channel);
  }
  if (unknown.length > 0) throw new InvalidConfig(unknown.map((channel) => `--channel: no channel ${channel} is here`));
}

/** What is named wrongly is told as any wrong setting is. */
function scopeOf({ release, channel, paths }: Pick<Options, 'release' | 'channel' | 'paths'>): Scope {
  const said = { '--release': release?.join(' '), '--channel': channel?.join(' '), '--paths': paths?.join(' ') };
  const read = readEnv(
    {
      '--release': optional(listOf('releases such as nixos/unstable/nixos-26.11pre…', parseReleasePrefix)),
      '--channel': optional(listOf('channel names such as nixos-unstable-small', parseChannelName)),
      '--paths': optional(listOf('store paths or their hashes', parseHashOf)),
    },
    said,
  );
  if (read['--release']) return { of: 'releases', releases: read['--release'] };
  if (read['--channel']) return { of: 'channels', channels: read['--channel'] };
  return read['--paths'] ? { of: 'paths', paths: read['--paths'] } : { of: 'all' };
}
