/**
 * The demo's upstream as its three hosts answer, without the wire: what a path is, and what moves it. Pure, but for the file
 * that keeps where it stands.
 *     /cache/<key>                 cache.nixos.org
 *     /channels/<channel>[/<file>] channels.nixos.org
 *     /releases/<prefix>[/<file>]  releases.nixos.org
 */
import type { ChannelName, ReleasePrefix } from '../../shared/nix/release.ts';
import { formatPublicKey } from '../../shared/nix/signature.ts';
import type { StorePath } from '../../shared/nix/store-path.ts';
import type { Fault } from './faults.ts';
import { readStanding, type Standing, writeStanding } from './standing.ts';
import type { Landmarks, World } from './world.ts';

export type Found =
  | { readonly kind: 'file'; readonly bytes: Buffer; readonly type: string }
  /** Below the address of this upstream. */
  | { readonly kind: 'redirect'; readonly path: string; readonly immutable?: string };

export interface DemoUpstream {
  /** @param path without a query. @returns undefined for a 404. */
  find(path: string): Found | undefined;
  /** Moves a channel to its next release, which is returned; undefined when there is none. */
  advance(channel: string): ReleasePrefix | undefined;
  /** Serves what it should from now on. @returns whether there was something to repair. */
  repair(hash: string): boolean;
  /** How far it has come, for who wants to move it on: plain data. */
  readonly outlook: Outlook;
}

export interface Outlook {
  /** In Nix syntax. */
  readonly publicKey: string;
  readonly channels: readonly { readonly channel: string; readonly at: number; readonly releases: readonly string[] }[];
  /** What can be repaired. */
  readonly broken: readonly (StorePath & Pick<Fault, 'kind'>)[];
  readonly landmarks: Landmarks;
}

/** @param file where it keeps how far it has come. */
export function demoUpstream(world: World, file: string): DemoUpstream {
  let standing = readStanding(file);
  const change = (next: Partial<Standing>): void => {
    standing = { ...standing, ...next };
    writeStanding(file, standing);
  };
  const releaseAt = (channel: string, more = 0): ReleasePrefix | undefined =>
    world.channels.get(channel as ChannelName)?.[(standing.channels[channel] ?? 0) + more];
  const broken = () => world.faults.filter(({ path }) => !standing.repaired.includes(path.hash));

  const findObject = (key: string): Buffer | undefined => {
    const fault = broken().find((one) => one.key === key);
    return fault ? fault.served : world.objects.get(key);
  };

  const findRelease = (path: string): Found | undefined => {
    const page = world.releases.get(path as ReleasePrefix)?.page;
    if (page) return { kind: 'file', bytes: page, type: 'text/html' };
    const slash = path.lastIndexOf('/');
    const name = path.slice(slash + 1);
    const bytes = world.releases.get(path.slice(0, slash) as ReleasePrefix)?.files.get(name);
    return bytes && { kind: 'file', bytes, type: typeOf(name) };
  };

  const findChannel = (path: string): Found | undefined => {
    const [channel = '', name, ...more] = path.split('/');
    const prefix = releaseAt(channel);
    const release = prefix && world.releases.get(prefix);
    if (!release || more.length > 0) return undefined;
    if (name === undefined) return { kind: 'redirect', path: `/releases/${prefix}` };
    if (!release.files.has(name)) return undefined;
    const target = `/releases/${prefix}/${name}`;
    if (!name.startsWith('nixexprs.tar.')) return { kind: 'redirect', path: target };
    const lock = `rev=${release.revision}&lastModified=${release.releasedAt.getTime() / 1000}`;
    return { kind: 'redirect', path: target, immutable: `${target}?${lock}` };
  };

  return {
    find(path) {
      const [, host, rest = ''] = /^\/(cache|channels|releases)\/(.+)$/.exec(path) ?? [];
      if (host === 'channels') return findChannel(rest);
      if (host === 'releases') return findRelease(rest);
      const bytes = host === 'cache' ? findObject(rest) : undefined;
      return bytes && { kind: 'file', bytes, type: typeOf(rest) };
    },

    advance(channel) {
      const next = releaseAt(channel, 1);
      if (next) change({ channels: { ...standing.channels, [channel]: (standing.channels[channel] ?? 0) + 1 } });
      return next;
    },

    repair(hash) {
      if (!broken().some(({ path }) => path.hash === hash)) return false;
      change({ repaired: [...standing.repaired, hash] });
      return true;
    },

    get outlook() {
      const channels = [...world.channels].map(([channel, releases]) => ({
        channel,
        at: standing.channels[channel] ?? 0,
        releases,
      }));
      const { landmarks } = world;
      const publicKey = formatPublicKey(world.publicKey);
      return { publicKey, channels, broken: broken().map(({ path, kind }) => ({ ...path, kind })), landmarks };
    },
  };
}

/** As the real hosts say. */
function typeOf(name: string): string {
  if (name.endsWith('.narinfo')) return 'text/x-nix-narinfo';
  if (name === 'nix-cache-info') return 'text/x-nix-cache-info';
  if (name.startsWith('nar/')) return 'application/x-nix-nar';
  return name.includes('.') ? 'application/octet-stream' : 'text/plain';
}
