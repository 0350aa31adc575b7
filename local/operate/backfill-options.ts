/** What a person says on the command line of a backfill, read whole: all that is wrong with it is said at once. */
import { existsSync } from 'node:fs';
import { readEnv } from '../../shared/config/env.ts';
import { integer, listOf, optional, parsed, url } from '../../shared/config/readers.ts';
import { InvalidConfig } from '../../shared/errors.ts';
import { parseChannelName, parseReleasePrefix } from '../../shared/nix/release.ts';
import { parseGlob } from './glob.ts';
import { parseHashOf } from './hash-of.ts';
import { isAddress } from './open-place.ts';
import { together } from './together.ts';
import type { Sources } from './wanted.ts';

export interface BackfillArguments {
  readonly channel?: readonly string[];
  readonly release?: readonly string[];
  readonly list?: readonly string[];
  readonly names?: readonly string[];
  readonly fromLog?: readonly string[];
  readonly fromDeadLetters?: boolean;
  readonly pathsOnly?: boolean | undefined;
  readonly pin?: boolean | undefined;
  readonly limit?: string;
  readonly rate: string;
}

export interface BackfillSpec {
  readonly sources: Sources;
  /** Messages a second. */
  readonly rate: number;
  readonly limit: number;
  /** Whether whole releases are meant, which may then be shown. */
  readonly whole: boolean;
}

const MOST_RATE = 10_000;

/** @throws {InvalidConfig} */
export function readBackfillSpec(paths: readonly string[], said: BackfillArguments): BackfillSpec {
  const { channel = [], release = [], list = [], names = [], fromLog: logs = [], fromDeadLetters = false } = said;
  const [read] = together(
    () =>
      readEnv(
        {
          'a path': listOf('store paths or their hashes', parseHashOf, []),
          '--channel': listOf('channel names such as nixos-unstable', parseChannelName, []),
          '--release': listOf(
            'releases such as nixos/unstable/nixos-26.11pre1077996.6774f7bc2537',
            parseReleasePrefix,
            [],
          ),
          '--names': listOf('patterns of names such as firefox-*', parseGlob, []),
          '--limit': optional(integer(1, 1_000_000)),
          '--rate': parsed(`messages a second, up to ${MOST_RATE}/s`, parseRate),
        },
        {
          'a path': paths.join(' '),
          '--channel': channel.join(' '),
          '--release': release.join(' '),
          '--names': names.join(' '),
          '--limit': said.limit,
          '--rate': said.rate,
        },
      ),
    ...list.filter(isAddress).map((address) => () => readEnv({ '--list': url() }, { '--list': address })),
    () => requireFiles([...list, ...logs].filter((place) => !isAddress(place) && place !== '-')),
    () => requireSource([...paths, ...channel, ...release, ...list, ...logs], { names, fromDeadLetters }),
    () => requireWhole([...channel, ...release], said),
    () => requireList([...channel, ...release, ...list], names),
  );
  const sources: Sources = {
    channels: read['--channel'],
    releases: read['--release'],
    lists: list,
    names: read['--names'],
    paths: read['a path'],
    logs,
    deadLetters: fromDeadLetters,
  };
  const limit = read['--limit'] ?? Number.POSITIVE_INFINITY;
  return { sources, rate: read['--rate'], limit, whole: names.length === 0 && read['--limit'] === undefined };
}

function requireFiles(files: readonly string[]): void {
  const missing = files.filter((file) => !existsSync(file));
  if (missing.length > 0) throw new InvalidConfig(missing.map((file) => `there is no file ${file}`));
}

function requireSource(
  sources: readonly string[],
  { names, fromDeadLetters }: { readonly names: readonly string[]; readonly fromDeadLetters: boolean },
): void {
  if (sources.length > 0 || fromDeadLetters || names.length > 0) return;
  throw new InvalidConfig([
    'what to ask for is not said: store paths, --channel, --release, --list, --from-log or --from-dead-letters',
  ]);
}

function requireList(lists: readonly string[], names: readonly string[]): void {
  if (names.length > 0 && lists.length === 0)
    throw new InvalidConfig(['--names chooses from a list: --channel, --release or --list says which']);
}

/** Only a release can be pinned by its name, and only when all of it is meant. */
function requireWhole(named: readonly string[], { pin, pathsOnly, names = [], limit }: BackfillArguments): void {
  if (!pin || (named.length > 0 && !pathsOnly && names.length === 0 && limit === undefined)) return;
  throw new InvalidConfig([
    '--pin is for whole releases: --channel or --release, without --names, --limit and --paths-only; copycat pin is for store paths',
  ]);
}

export function parseRate(text: string): number {
  const [, number] = /^(\d{1,5})(?:\/s)?$/.exec(text) ?? [];
  const rate = Number(number);
  if (!(rate >= 1 && rate <= MOST_RATE)) throw new RangeError();
  return rate;
}
