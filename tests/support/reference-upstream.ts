/** The reference upstream on disk, as its manifest.json and faults.json tell it: what a mirror of it must come to hold. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseReleasePrefix, type ReleasePrefix } from '../../shared/nix/release.ts';
import { formatStorePath, parseStorePath, parseStorePathBaseName } from '../../shared/nix/store-path.ts';

export interface ReferencePath {
  /** The key of its NAR file, also once a fault has changed what the narinfo says. */
  readonly url: string;
  readonly compression: string;
  readonly narHash: string;
  readonly narSize: number;
  /** Base names. */
  readonly references: readonly string[];
}

export interface ReferenceRelease {
  readonly channel: string;
  /** From 0: how many releases of the channel came before it. */
  readonly step: number;
  readonly prefix: ReleasePrefix;
  readonly rev: string;
  /** `/nix/store/…` each, as its store-paths.xz lists them. */
  readonly listed: readonly string[];
}

export interface Fault {
  readonly kind: string;
  readonly path: string;
  /** The key of what is wrong. */
  readonly object: string;
  /** Every path that refers to it, however far. */
  readonly blocked: readonly string[];
}

export interface ReferenceUpstream {
  readonly directory: string;
  readonly publicKey: string;
  readonly paths: ReadonlyMap<string, ReferencePath>;
  readonly releases: readonly ReferenceRelease[];
  readonly channels: readonly string[];
  readonly faults: readonly Fault[];
}

export async function readReferenceUpstream(directory: string): Promise<ReferenceUpstream> {
  const readJson = async <T>(file: string): Promise<T> =>
    JSON.parse(await readFile(join(directory, file), 'utf8')) as T;
  const manifest = await readJson<{
    readonly publicKey: string;
    readonly paths: Readonly<Record<string, ReferencePath>>;
    readonly releases: readonly (Omit<ReferenceRelease, 'listed' | 'prefix'> & { readonly prefix: string })[];
    readonly lists: Readonly<Record<string, readonly string[]>>;
  }>('manifest.json');
  return {
    directory,
    publicKey: manifest.publicKey,
    paths: new Map(Object.entries(manifest.paths)),
    releases: manifest.releases.map(({ channel, step, prefix, rev }) => ({
      channel,
      step,
      prefix: parseReleasePrefix(prefix),
      rev,
      listed: manifest.lists[`${channel}@${step}`] ?? [],
    })),
    channels: [...new Set(manifest.releases.map(({ channel }) => channel))],
    faults: await readJson('faults/faults.json'),
  };
}

/** All paths that these need, themselves included. `knows`: whose references are followed. */
export function closureOf(
  { paths }: Pick<ReferenceUpstream, 'paths'>,
  roots: Iterable<string>,
  knows: (path: string) => boolean = () => true,
): ReadonlySet<string> {
  const closure = new Set(roots); // grows as it runs
  for (const path of closure) {
    if (!knows(path)) continue;
    for (const name of paths.get(path)?.references ?? []) closure.add(formatStorePath(parseStorePathBaseName(name)));
  }
  return closure;
}

/** The releases that channels stand at after so many steps. */
export function releasesAt(
  { channels, releases }: ReferenceUpstream,
  step: number,
): ReadonlyMap<string, ReleasePrefix> {
  const at = channels.map((channel) => {
    const own = releases.filter((release) => release.channel === channel && release.step <= step);
    return [channel, own.at(-1)?.prefix ?? parseReleasePrefix('no/release-0')] as const;
  });
  return new Map(at);
}

/** How often channels have to advance until all are at their end. */
export const lastStep = ({ releases }: ReferenceUpstream): number => Math.max(...releases.map(({ step }) => step));

export const hashOf = (path: string): string => parseStorePath(path).hash;
