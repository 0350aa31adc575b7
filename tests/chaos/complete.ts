/** What a mirror still lacks when upstream is well and nobody kills anything any more: in the end nothing. */
import { type Buckets, readHoldings } from '../support/holdings.ts';
import { closureOf, hashOf, lastStep, type ReferenceUpstream, releasesAt } from '../support/reference-upstream.ts';

/** One sentence each. It may be asked while the mirror works. */
export async function lackingIn(buckets: Buckets, reference: ReferenceUpstream): Promise<readonly string[]> {
  const { visible, pointers, staged, unavailable, manifests } = await readHoldings(buckets);
  const lacking: string[] = [];
  for (const [channel, release] of releasesAt(reference, lastStep(reference))) {
    const pointer = pointers.get(channel);
    if (pointer?.release !== release) lacking.push(`${channel} stands at ${pointer?.release}, not at ${release}`);
    else if (Object.keys(pointer.unavailable).length > 0) lacking.push(`${channel} lacks what is unavailable`);
  }
  const settled = reference.releases.filter(({ prefix }) => manifests.has(prefix)).flatMap(({ listed }) => listed);
  for (const path of closureOf(reference, settled))
    if (!visible.has(hashOf(path))) lacking.push(`${path} is not visible`);
  for (const key of staged) lacking.push(`${key} is still there`);
  for (const { hash, reason, next } of unavailable)
    lacking.push(`${hash} is ${reason}, and asked for again at ${next}`);
  return lacking;
}
