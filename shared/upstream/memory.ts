/** Upstream in memory, for tests of logic: it passes the contract that the real one passes (contract.ts). */
import { createHash } from 'node:crypto';
import { Unavailable, UpstreamFailed } from '../errors.ts';
import { logKey } from '../nix/cache-object.ts';
import type { ChannelName, ReleasePrefix } from '../nix/release.ts';
import { checkFileName, type ReleaseFile } from '../nix/release-file.ts';
import { addressBelow } from './addresses.ts';
import type { BinaryCache } from './binary-cache.ts';
import type { Channels } from './channels.ts';

/** Any objects by key: `<hash>.narinfo`, `nar/<file>`. The map may change between calls. */
export function memoryBinaryCache(objects: ReadonlyMap<string, Uint8Array>): BinaryCache {
  function get(key: string, signal: AbortSignal): Uint8Array {
    signal.throwIfAborted();
    addressBelow('http://memory', key); // refuses what the real one refuses
    const found = objects.get(key);
    if (!found) throw new Unavailable('missing', `upstream has no ${key}`, { url: `memory:${key}` });
    return found;
  }
  return {
    narInfo: async (hash, signal) => Buffer.from(get(`${hash}.narinfo`, signal)),
    nar: async (key, signal) => fileOf(get(key, signal), signal),
    log: async (deriver, signal) => fileOf(get(logKey(deriver), signal), signal),
  };
}

export interface MemoryRelease {
  /** 40 hex digits. */
  readonly revision: string;
  readonly releasedAt: Date;
  readonly committedAt?: Date;
  /** Of its lock, in seconds since 1970; absent where upstream gives none. */
  readonly lastModified?: number;
  /** By name, such as `store-paths.xz`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** The maps may change between calls: a channel that moves is one `set`. */
export function memoryChannels(
  channels: ReadonlyMap<ChannelName, ReleasePrefix>,
  releases: ReadonlyMap<ReleasePrefix, MemoryRelease>,
): Channels {
  function releaseAt(release: ReleasePrefix, signal: AbortSignal): MemoryRelease {
    signal.throwIfAborted();
    return releases.get(release) ?? fail(`answered 404`, `memory:${release}`);
  }
  return {
    async resolve(channel, signal) {
      signal.throwIfAborted();
      return channels.get(channel) ?? fail(`there is no channel ${channel}`, `memory:${channel}`);
    },
    async releasePage(release, signal) {
      const { files, lastModified: _, ...page } = releaseAt(release, signal);
      return { ...page, files: [...files].map(([name, bytes]) => listed(name, bytes)) };
    },
    async lastModified(channel, release, signal) {
      signal.throwIfAborted();
      return channels.get(channel) === release ? releases.get(release)?.lastModified : undefined;
    },
    async file(release, name, signal) {
      const found = releaseAt(release, signal).files.get(checkFileName(name));
      return fileOf(found ?? fail('answered 404', `memory:${release}/${name}`), signal);
    },
  };
}

/** How a release page lists a file. */
export const listed = (name: string, bytes: Uint8Array): ReleaseFile => ({
  name,
  size: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

const PIECE = 1_024; // small, so that readers meet more than one

function fileOf(bytes: Uint8Array, signal: AbortSignal) {
  async function* body(): AsyncGenerator<Uint8Array, undefined> {
    for (let at = 0; at < bytes.length; at += PIECE) {
      signal.throwIfAborted();
      yield bytes.subarray(at, at + PIECE);
    }
  }
  return { body: body(), contentLength: bytes.length };
}

function fail(reason: string, url: string): never {
  throw new UpstreamFailed(`GET ${url}: ${reason}`, { url, status: 404, reason });
}
