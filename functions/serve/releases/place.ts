/**
 * Which path is which part of the channels and releases. Pure.
 *     /channels                     /releases/<prefix>
 *     /channels/<channel>           /releases/<prefix>/<file>
 *     /channels/<channel>/<file>    /channels.atom    /flake-registry.json
 */
import { Malformed } from '../../../shared/errors.ts';
import { keyOf } from '../../../shared/nix/cache-object.ts';
import {
  type ChannelName,
  parseChannelName,
  parseReleasePrefix,
  type ReleasePrefix,
} from '../../../shared/nix/release.ts';
import { checkFileName } from '../../../shared/nix/release-file.ts';

export type Place =
  | { readonly kind: 'channels' | 'feed' | 'registry' }
  | { readonly kind: 'channel'; readonly channel: ChannelName; readonly file: string | undefined }
  /** `slash`: one too many; what lies below is found without it. */
  | { readonly kind: 'release'; readonly release: ReleasePrefix; readonly slash: boolean }
  | { readonly kind: 'file'; readonly release: ReleasePrefix; readonly file: string };

const ROOTS: ReadonlyMap<string, Place> = new Map<string, Place>([
  ['channels', { kind: 'channels' }],
  ['channels/', { kind: 'channels' }],
  ['channels.atom', { kind: 'feed' }],
  ['flake-registry.json', { kind: 'registry' }],
]);

/** @param path as it came, perhaps with percent-encoding. @returns undefined for every other path, malformed ones among them. */
export function placeOf(path: string): Place | undefined {
  const key = keyOf(path) ?? '';
  const root = ROOTS.get(key);
  if (root) return root;
  const [, room, rest = ''] = /^(channels|releases)\/(.+)$/.exec(key) ?? [];
  if (room === undefined) return undefined;
  try {
    return room === 'channels' ? belowChannels(rest) : belowReleases(rest);
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

function belowChannels(rest: string): Place {
  const slash = rest.indexOf('/');
  const [name, file] = slash < 0 ? [rest, ''] : [rest.slice(0, slash), rest.slice(slash + 1)];
  return { kind: 'channel', channel: parseChannelName(name), file: file === '' ? undefined : checkFileName(file) };
}

/** No release lies below another: what has a release above it is a file of that one. */
function belowReleases(rest: string): Place {
  if (rest.endsWith('/')) return { kind: 'release', release: parseReleasePrefix(rest.slice(0, -1)), slash: true };
  const end = rest.lastIndexOf('/');
  const above = releaseAt(rest.slice(0, Math.max(0, end)));
  return above === undefined
    ? { kind: 'release', release: parseReleasePrefix(rest), slash: false }
    : { kind: 'file', release: above, file: checkFileName(rest.slice(end + 1)) };
}

function releaseAt(text: string): ReleasePrefix | undefined {
  try {
    return parseReleasePrefix(text);
  } catch {
    return undefined;
  }
}
