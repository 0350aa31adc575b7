/** The keys of all that nobody needs. Pure. */
import { unavailableKey } from '../../events/path-unavailable.ts';
import { stagedKey } from '../../events/staged.ts';
import { listingKey, narInfoKey } from '../../shared/nix/cache-object.ts';
import type { ChannelName, ReleasePrefix } from '../../shared/nix/release.ts';
import { type Census, overtimeKey } from './census.ts';
import type { LiveSet } from './live-set.ts';
import type { NameGraph } from './name-graph.ts';

export interface Counted {
  readonly census: Census;
  readonly live: Pick<LiveSet, 'has'>;
  /** Releases and channels that go. */
  readonly gone: Iterable<ReleasePrefix>;
  readonly left: Iterable<ChannelName>;
}

export const releaseSign = (release: ReleasePrefix): string => `releases/${release}`;
export const channelSign = (channel: ChannelName): string => `channels/${channel}`;

export function* deadKeys({ census, live, gone, left }: Counted): Generator<string, undefined> {
  const { graph } = census;
  for (const channel of left) yield channelSign(channel);
  for (const release of gone) yield releaseSign(release);
  for (const [id, { visible, staged }] of graph.held) {
    if (live.has(id)) continue;
    if (visible) yield narInfoKey(graph.hashOf(id));
    else if (staged) yield stagedKey(graph.hashOf(id));
  }
  const named = narsNamed(graph);
  for (const nar of census.nars) if (!named.has(nar)) yield graph.narKeyOf(nar);
  for (const hash of census.listings) if (!graph.at(graph.idOf(hash))) yield listingKey(hash);
  const derivers = derivedBy(graph);
  for (const { key, deriver } of census.logs) if (!derivers.has(deriver)) yield key;
  for (const hash of census.unavailable) if (!live.has(graph.idOf(hash))) yield unavailableKey(hash);
  for (const hash of census.overtime) {
    const id = graph.idOf(hash);
    if (!live.has(id) || graph.at(id)) yield overtimeKey(hash); // it has come, or nobody waits for it
  }
  return undefined;
}

/** By a name, live or dead, or by what is staged. */
export function narsNamed({ held }: Pick<NameGraph, 'held'>): ReadonlySet<number> {
  const named = new Set<number>();
  for (const [, { nars }] of held) for (const nar of nars) named.add(nar);
  return named;
}

function derivedBy({ held }: Pick<NameGraph, 'held'>): ReadonlySet<string> {
  const derivers = new Set<string>();
  for (const [, { facts }] of held) if (facts.deriver !== undefined) derivers.add(facts.deriver);
  return derivers;
}
