/**
 * Watches what is done to the buckets and knows by itself, from what is in them, what is needed: it shares no code with collect. It
 * complains of every name that lacks its NAR or a reference, at the very write, and of everything that goes too early.
 */

import type { Body, Bucket } from '../bucket/bucket.ts';
import { bytesOf } from '../bucket/bucket.ts';
import { parseNarInfo } from '../nix/narinfo.ts';
import { readStorePaths } from '../nix/store-path-list.ts';

const DAY = 86_400_000;
/** A collection condemns as of when it began; we look when it begins, and when it says so. */
const SLACK = 3_600_000;

interface Name {
  readonly references: readonly string[];
  readonly nar: string;
  readonly narHash: string;
  readonly at: number;
}

export interface ShadowOptions {
  readonly now: () => Date;
  readonly policy: {
    readonly releases: number;
    readonly ms: number;
    readonly mostBytes: number;
    readonly grace: { readonly names: number };
  };
}

export type Shadow = ReturnType<typeof createShadow>;

export function createShadow({ now, policy }: ShadowOptions) {
  const names = new Map<string, Name>();
  const staged = new Map<string, Name>();
  const nars = new Map<string, { readonly narHash: string; readonly at: number }>();
  /** NAR → when its last name went. */
  const unnamed = new Map<string, number>();
  const lists = new Map<string, readonly string[]>();
  const settled = new Map<string, { readonly at: number; readonly retired: boolean }>();
  const fanOuts = new Map<string, number>();
  let [seen, pointer, pins]: [readonly string[], string | undefined, readonly string[]] = [[], undefined, []];
  /** Name → when it was found that nobody needs it. */
  const deadSince = new Map<string, number>();
  let neededWhenTaken: ReadonlySet<string> = new Set();
  let collecting = false;
  const complaints: string[] = [];
  const time = () => now().getTime();

  function needed(): ReadonlySet<string> {
    const roots = new Set<string>(pins);
    const exact = policy.mostBytes === Number.POSITIVE_INFINITY;
    const of = (release: string | undefined) => {
      for (const hash of lists.get(release ?? '') ?? []) roots.add(hash);
    };
    of(pointer);
    const isSettled = (release: string) => settled.get(release)?.retired === false;
    for (const release of seen.slice(-10)) if (!isSettled(release) && fanOuts.has(release)) of(release);
    for (const [release, at] of fanOuts)
      if (!seen.includes(release) && !isSettled(release) && at > time() - policy.ms) of(release);
    const newestFirst = seen.filter(isSettled).reverse();
    for (const [place, release] of newestFirst.entries()) {
      const since = Math.min(...newestFirst.slice(0, place).map((newer) => settled.get(newer)?.at ?? Infinity));
      if (since > time() - DAY || (exact && (place < policy.releases || since > time() - policy.ms))) of(release);
    }
    if (exact) for (const [hash, { at }] of [...names, ...staged]) if (at > time() - policy.ms) roots.add(hash);
    const closed = new Set<string>();
    const visit = (hash: string): void => {
      if (closed.has(hash)) return;
      closed.add(hash);
      for (const one of [names.get(hash), staged.get(hash)])
        for (const reference of one?.references ?? []) visit(reference);
    };
    for (const hash of roots) visit(hash);
    return closed;
  }

  function lookAround(): void {
    const live = needed();
    for (const hash of names.keys()) if (!live.has(hash) && !deadSince.has(hash)) deadSince.set(hash, time());
  }

  function leaseTaken(text: string): void {
    const { holder, expires } = JSON.parse(text) as { holder: string; expires: string };
    const is = holder.endsWith('/collect') && Date.parse(expires) > time();
    if (is && !collecting) neededWhenTaken = needed();
    collecting = is;
  }

  async function put(
    where: string,
    key: string,
    bytes: Buffer,
    metadata: Readonly<Record<string, string>>,
  ): Promise<void> {
    const text = () => bytes.toString('utf8');
    const release = /^releases\/(.+)\/[^/]+$/.exec(key)?.[1] ?? '';
    if (where === 'bucket' && key.endsWith('.narinfo')) named(key.slice(0, 32), nameIn(text()));
    else if (key.startsWith('nar/')) nars.set(key, { narHash: metadata['nar-hash'] ?? '', at: time() });
    else if (key.startsWith('staged/')) staged.set(key.slice(7, 39), nameIn(text()));
    else if (key.endsWith('/store-paths.xz')) {
      const listed: string[] = [];
      for await (const { hash } of readStorePaths(oneChunk(bytes))) listed.push(hash);
      lists.set(release, listed);
    } else if (key.endsWith('/manifest.json')) {
      settled.set(release, { at: Date.parse(metadata['settled-at'] ?? ''), retired: 'retired-at' in metadata });
      if ('retired-at' in metadata && release === pointer)
        complaints.push(`${release} is retired, and the channel stands there`);
    } else if (key.endsWith('/fan-out.ndjson.zst')) fanOuts.set(release, time());
    else if (where === 'state' && key.startsWith('channels/'))
      seen = (JSON.parse(text()) as { releases: { release: string }[] }).releases.map((one) => one.release);
    else if (key.startsWith('channels/')) {
      pointer = (JSON.parse(text()) as { release: string }).release;
      if (settled.get(pointer)?.retired !== false)
        complaints.push(`the channel moves to ${pointer}, which is not settled`);
      for (const hash of lists.get(pointer) ?? [])
        if (!names.has(hash)) complaints.push(`the channel moves, and ${hash} is not here`);
    } else if (key.startsWith('condemned/')) lookAround();
    else if (key === 'pins.json')
      pins = (JSON.parse(text()) as { pins: { path: string }[] }).pins.map(({ path }) => path.slice(0, 32));
    else if (key === 'lease.json') leaseTaken(text());
  }

  const nameIn = (text: string): Name => {
    const { references, url, narHash } = parseNarInfo(text);
    return { references: references.map(({ hash }) => hash), nar: url, narHash, at: time() };
  };

  function named(hash: string, name: Name): void {
    names.set(hash, name);
    deadSince.delete(hash);
    unnamed.delete(name.nar);
    if (nars.get(name.nar)?.narHash !== name.narHash) complaints.push(`${hash} is named without its NAR`);
    for (const reference of name.references)
      if (!names.has(reference)) complaints.push(`${hash} is named without its reference ${reference}`);
  }

  function remove(where: string, key: string): void {
    if (where === 'bucket' && key.endsWith('.narinfo')) unname(key.slice(0, 32));
    else if (key.startsWith('nar/')) removeNar(key);
    else if (key.startsWith('staged/')) staged.delete(key.slice(7, 39));
    else if (key.endsWith('/fan-out.ndjson.zst'))
      fanOuts.delete(key.slice('releases/'.length, -'/fan-out.ndjson.zst'.length));
  }

  function unname(hash: string): void {
    const name = names.get(hash);
    if (!name) return;
    if (!collecting) complaints.push(`${hash} is deleted without the lease`);
    if (neededWhenTaken.has(hash) && needed().has(hash)) complaints.push(`${hash} is deleted, and somebody needs it`);
    if ((deadSince.get(hash) ?? Infinity) > time() - policy.grace.names + SLACK)
      complaints.push(`${hash} is deleted too early`);
    names.delete(hash);
    for (const [referrer, { references }] of names)
      if (references.includes(hash)) complaints.push(`${referrer} loses its reference ${hash}`);
    if (![...names.values()].some(({ nar }) => nar === name.nar)) unnamed.set(name.nar, time());
  }

  function removeNar(key: string): void {
    const nar = nars.get(key);
    if (!nar) return;
    for (const [hash, name] of names) if (name.nar === key) complaints.push(`${hash} loses its NAR`);
    const since = Math.max(nar.at, unnamed.get(key) ?? 0);
    if (since > time() - 31 * DAY) complaints.push(`${key} goes too early`);
    nars.delete(key);
  }

  return {
    /** To be called when a collection begins. */
    lookAround,
    /** Collect has the lease. */
    isSweeping: () => collecting,
    watch: (where: 'bucket' | 'state', bucket: Bucket): Bucket => ({
      ...bucket,
      async put(key: string, body: Body, options) {
        const bytes = typeof body === 'string' || body instanceof Uint8Array ? Buffer.from(body) : await bytesOf(body);
        const done = await bucket.put(key, bytes, options);
        await put(where, key, bytes, options?.metadata ?? {});
        return done;
      },
      async delete(key, signal) {
        await bucket.delete(key, signal);
        remove(where, key);
      },
    }),
    complain(): void {
      if (complaints.length > 0) throw new Error([...new Set(complaints)].join('\n'));
    },
    /** @param told what to say besides */
    expectNothingButNeeded(told: readonly unknown[]): void {
      const live = needed();
      for (const hash of names.keys())
        if (!live.has(hash)) complaints.push(`${hash} is still here, and nobody needs it`);
      const used = new Set([...names.values(), ...staged.values()].map(({ nar }) => nar));
      for (const key of nars.keys()) if (!used.has(key)) complaints.push(`${key} is still here, and nobody needs it`);
      if (complaints.length > 0) complaints.push(...told.map((one) => JSON.stringify(one)));
      this.complain();
    },
    expectVisible(hash: string): void {
      if (!names.has(hash)) complaints.push(`${hash} is listed where the channel stands, and not here`);
      this.complain();
    },
  };
}

async function* oneChunk(bytes: Buffer): AsyncGenerator<Uint8Array, undefined> {
  yield bytes;
  return undefined;
}
