/**
 * The upstream that a deployed mirror is given: the reference one, or the demo's where there is none; without faults, and seen only as a
 * client sees it.
 */
import { join } from 'node:path';
import { startDemoUpstream } from '../../local/demo/upstream-process.ts';
import { inheritedEnvironment } from '../../shared/config/env.ts';
import { type NarInfo, parseNarInfo } from '../../shared/nix/narinfo.ts';
import { formatStorePath, parseStorePath } from '../../shared/nix/store-path.ts';
import { readStorePaths } from '../../shared/nix/store-path-list.ts';
import { referenceDir } from '../../shared/testing/reference.ts';
import { readReferenceUpstream } from '../support/reference-upstream.ts';
import { startUpstream } from '../support/upstream.ts';
import { type Front, openFront } from './front.ts';

export interface Upstream {
  /** What a mirror of all its channels is told. */
  readonly environment: Readonly<Record<string, string>>;
  readonly publicKey: string;
  readonly channels: readonly string[];
  /** Stands before its binary cache. */
  readonly front: Front;
  /** By channel, the release where it stands. */
  standing(): Promise<ReadonlyMap<string, string>>;
  /** Moves every channel to its next release, if it has one. */
  advance(): Promise<void>;
  /** `/nix/store/…` each. */
  listed(release: string): Promise<readonly string[]>;
  narInfo(path: string): Promise<NarInfo>;
  /** All that the path needs, itself included. */
  closureOf(path: string): Promise<readonly string[]>;
  stop(): Promise<void>;
}

interface Started {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly channels: readonly string[];
  readonly publicKey: string;
  advance(): Promise<void>;
  stop(): Promise<void>;
}

const ASK_MS = 15_000;

export async function openUpstream(folder: string): Promise<Upstream> {
  const shared = referenceDir();
  const { url, channels, publicKey, advance, stop } = shared ? await ofReference(shared, folder) : await ofDemo(folder);
  const front = await openFront(url);
  const ask = (path: string) => fetch(url + path, { redirect: 'manual', signal: AbortSignal.timeout(ASK_MS) });
  const known = new Map<string, NarInfo>();
  const narInfo = async (path: string): Promise<NarInfo> => {
    const { hash } = parseStorePath(path);
    const found = known.get(hash) ?? parseNarInfo(await (await ask(`/cache/${hash}.narinfo`)).text());
    known.set(hash, found);
    return found;
  };
  return {
    environment: {
      CHANNELS: channels.join(' '),
      UPSTREAM_URL: `${front.url}/cache`,
      CHANNELS_URL: `${url}/channels`,
      RELEASES_URL: `${url}/releases`,
      TRUSTED_PUBLIC_KEYS: publicKey,
    },
    publicKey,
    channels,
    front,
    advance,
    async standing() {
      const at = channels.map(async (channel) => {
        const location = (await ask(`/channels/${channel}`)).headers.get('location') ?? '';
        return [channel, new URL(location, url).pathname.replace('/releases/', '')] as const;
      });
      return new Map(await Promise.all(at));
    },
    async listed(release) {
      const { body } = await ask(`/releases/${release}/store-paths.xz`);
      return Array.fromAsync(readStorePaths(body ?? new ReadableStream()), formatStorePath);
    },
    narInfo,
    async closureOf(path) {
      const closure = new Set([path]); // grows as it runs
      for (const one of closure)
        for (const reference of (await narInfo(one)).references) closure.add(formatStorePath(reference));
      return [...closure].sort();
    },
    async stop() {
      await front.close();
      await stop();
    },
  };
}

async function ofReference(shared: string, folder: string): Promise<Started> {
  const reference = await readReferenceUpstream(join(shared, 'upstream/small'));
  const { url, advance, stop } = await startUpstream(reference, folder);
  return { url, channels: reference.channels, publicKey: reference.publicKey, advance, stop };
}

async function ofDemo(folder: string): Promise<Started> {
  const environment = inheritedEnvironment();
  const directory = join(folder, 'demo');
  const upstream = await startDemoUpstream({ directory, environment, onLine: () => undefined });
  const signal = AbortSignal.timeout(ASK_MS);
  const { channels, publicKey, broken } = await upstream.outlook(signal);
  for (const { hash } of broken) await upstream.repair(hash, signal);
  const names = channels.map(({ channel }) => channel);
  return {
    url: upstream.address,
    channels: names,
    publicKey,
    async advance() {
      for (const name of names) await upstream.advance(name, AbortSignal.timeout(ASK_MS)).catch(() => undefined);
    },
    stop: upstream.stop,
  };
}
