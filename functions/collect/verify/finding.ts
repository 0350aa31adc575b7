/** What can be found wrong with what this mirror holds: a closed list, by which people and programs know it. */
import type { ReleasePrefix } from '../../../shared/nix/release.ts';
import type { StorePathHash } from '../../../shared/nix/store-path.ts';

export type Mending = 'withdraw' | 'list' | 'fetch';

/**
 * `broken`: something that is promised is not so. `note`: nothing is promised of it, and collect will see to it.
 * What mends it: `withdraw`, to be brought anew; `list`, its listing is made anew; `fetch`, it is fetched from upstream again; nothing, and then
 * somebody has to look.
 */
interface Kind {
  readonly weight: 'broken' | 'note';
  readonly mends?: Mending;
  readonly says: string;
}

export const KINDS = {
  'not-here': { weight: 'broken', says: 'asked for, and not visible' },
  'narinfo-damaged': { weight: 'broken', mends: 'withdraw', says: 'its narinfo is not one' },
  'narinfo-untrusted': { weight: 'broken', mends: 'withdraw', says: 'its narinfo is not one that copy would take' },
  'nar-missing': { weight: 'broken', mends: 'withdraw', says: 'its NAR is not here' },
  'nar-mislabelled': { weight: 'broken', mends: 'withdraw', says: 'its NAR does not say that it was verified for it' },
  'nar-rotten': { weight: 'broken', mends: 'withdraw', says: 'its NAR is not the one that was signed' },
  'reference-missing': { weight: 'broken', mends: 'withdraw', says: 'something that is visible refers to it' },
  'listing-missing': { weight: 'broken', mends: 'list', says: 'it has no listing' },
  'listed-missing': {
    weight: 'broken',
    mends: 'withdraw',
    says: 'a settled release lists it, and it is neither here nor excused',
  },
  'file-missing': { weight: 'broken', mends: 'fetch', says: 'a file of a settled release is not here' },
  'file-damaged': {
    weight: 'broken',
    mends: 'fetch',
    says: 'a file of a settled release is not the one that upstream lists',
  },
  'record-damaged': {
    weight: 'broken',
    mends: 'fetch',
    says: 'what upstream says of a settled release is not here, or not readable',
  },
  'list-damaged': { weight: 'broken', says: 'the list of a release is not here, or not one' },
  'manifest-damaged': { weight: 'broken', says: 'the manifest of a release is not one' },
  'pointer-damaged': { weight: 'broken', says: 'the pointer of a channel is not here, or not one' },
  'pointer-unsettled': { weight: 'broken', says: 'a channel stands at a release that is not settled' },
  unread: { weight: 'broken', says: 'the bucket did not give it' },
  'nar-orphan': { weight: 'note', says: 'no narinfo names it' },
  'listing-orphan': { weight: 'note', says: 'there is no narinfo beside it' },
} as const satisfies Readonly<Record<string, Kind>>;

export type FindingKind = keyof typeof KINDS;

export interface Finding {
  readonly kind: FindingKind;
  /** The object that is wrong, or is not there. */
  readonly key: string;
  /** The store path that it is about: what is withdrawn, where that mends it. */
  readonly hash?: StorePathHash;
  /** `<hash>-<name>`, where it is known. */
  readonly path?: string;
  readonly release?: ReleasePrefix;
  /** What was seen, in words. */
  readonly evidence: string;
  /** The NAR that is to go with it: what was seen under its key. */
  readonly nar?: { readonly key: string; readonly etag: string | undefined };
}

export const isBroken = ({ kind }: Pick<Finding, 'kind'>): boolean => KINDS[kind].weight === 'broken';

export function mendedBy({ kind }: Pick<Finding, 'kind'>): Mending | undefined {
  const known: Kind = KINDS[kind];
  return known.mends;
}
