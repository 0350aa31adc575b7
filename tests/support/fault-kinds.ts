/** What a mirror makes of each kind of fault: the table in the reference upstream's README. */
import type { Reason } from '../../events/path-unavailable.ts';
import type { Fault, ReferenceUpstream } from './reference-upstream.ts';

/** `served`: wrong only in what nobody signs. */
export const VERDICTS: Readonly<Record<string, Reason | 'served'>> = {
  bitflip: 'corrupt',
  truncated: 'corrupt',
  'empty-nar': 'corrupt',
  'wrong-nar': 'corrupt',
  'shared-wrong': 'corrupt',
  'missing-nar': 'missing',
  'missing-narinfo': 'missing',
  'narinfo-bad-narhash': 'untrusted',
  'narinfo-bad-sig': 'untrusted',
  'unsupported-url': 'unsupported',
  recompressed: 'served',
  'narinfo-bad-filehash': 'served',
};

export const isServed = ({ kind }: Fault): boolean => VERDICTS[kind] === 'served';

export interface Refusals {
  /** Store path → reason. */
  readonly refused: ReadonlyMap<string, string>;
  /** Store paths that refer to a refused one, however far, and are not refused themselves. */
  readonly blocked: ReadonlySet<string>;
}

/** What `--faults all` must lead to. */
export function refusalsOf({ faults }: ReferenceUpstream): Refusals {
  const bad = faults.filter((fault) => !isServed(fault));
  const refused = new Map(bad.map(({ path, kind }) => [path, VERDICTS[kind] ?? `of the unknown kind ${kind}`]));
  const blocked = new Set(bad.flatMap((fault) => fault.blocked).filter((path) => !refused.has(path)));
  return { refused, blocked };
}
