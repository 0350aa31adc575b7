/** Invariant 3: a channel stands at a settled release, and only ever moves forward. */
import type { ReleaseManifest } from '../../events/release-manifest.ts';
import { formatStorePath } from '../../shared/nix/store-path.ts';
import type { Holdings } from './holdings.ts';
import { hashOf, type ReferenceRelease, type ReferenceUpstream } from './reference-upstream.ts';

type Held = Pick<Holdings, 'visible' | 'pointers' | 'manifests'>;

export function createChannelCheck({ releases }: ReferenceUpstream): (held: Held) => readonly string[] {
  const steps = new Map<string, number>(); // where each channel stood when it was looked at last

  function brokenPointers({ pointers, manifests }: Held): string[] {
    const broken: string[] = [];
    for (const [channel, { release: prefix }] of pointers) {
      const release = releases.find((one) => one.channel === channel && one.prefix === prefix);
      if (!release) broken.push(`${channel} stands at ${prefix}, which is no release of it`);
      else if (release.step < (steps.get(channel) ?? 0)) broken.push(`${channel} moved back to ${prefix}`);
      if (release) steps.set(channel, release.step);
      if (!manifests.has(prefix)) broken.push(`${channel} stands at ${prefix}, which has no manifest`);
    }
    for (const channel of steps.keys()) if (!pointers.has(channel)) broken.push(`the pointer of ${channel} is gone`);
    return broken;
  }

  return (held) => {
    const settled = [...held.manifests.values()].flatMap((manifest) => {
      const release = releases.find(({ prefix }) => prefix === manifest.release);
      return release ? brokenManifest(manifest, release, held) : [`${manifest.release} is no release of upstream`];
    });
    return [...brokenPointers(held), ...settled];
  };
}

function brokenManifest(
  { release, listed, revision, unavailable }: ReleaseManifest,
  upstreams: ReferenceRelease,
  { visible }: Held,
): readonly string[] {
  const excused = new Set(unavailable.map(({ path }) => formatStorePath(path)));
  const broken = upstreams.listed
    .filter((path) => !visible.has(hashOf(path)) && !excused.has(path))
    .map((path) => `${release} is settled, but ${path} is neither visible nor in its manifest`);
  if (listed !== upstreams.listed.length)
    broken.push(`${release} lists ${upstreams.listed.length} paths, not ${listed}`);
  if (revision !== upstreams.rev) broken.push(`${release} has revision ${upstreams.rev}, not ${revision}`);
  return broken;
}
