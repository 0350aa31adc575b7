/** What is known of this mirror at one moment: what the status page and its JSON show. */
import type { SpoolStanding } from '../../../events/spool-standing.ts';
import type { ChannelName, ReleasePrefix } from '../../../shared/nix/release.ts';
import type { Trouble } from '../../../shared/probe/trouble.ts';
import type { Upkeep } from './upkeep.ts';
import type { Uptime } from './uptime.ts';

/** Offline: nothing can be served. Malfunctioning: packages are served, and something else stands still. */
export type MirrorState = 'online' | 'malfunctioning' | 'offline';

export type PartStanding =
  | { readonly state: 'online'; readonly latencyMs: number; readonly at: Date }
  | { readonly state: 'offline'; readonly trouble: Trouble; readonly at: Date }
  | { readonly state: 'not-configured' }
  /** Nobody has looked lately; `since`: when somebody last did. */
  | { readonly state: 'unknown'; readonly since?: Date | undefined };

export interface Parts {
  /** The public bucket: all that Nix is given. */
  readonly bucket: PartStanding;
  /** The state bucket: what this mirror knows about its own work. */
  readonly records: PartStanding;
  readonly clickhouse: PartStanding;
  readonly upstream: PartStanding;
}

export interface ChannelStanding {
  readonly channel: ChannelName;
  /** `waiting`: no release of it has been seen. `unknown`: what is known of it can't be read. */
  readonly state: 'complete' | 'copying' | 'waiting' | 'unknown';
  readonly here?: ReleaseHere | undefined;
  /** Where upstream's channel stands. */
  readonly upstream?: ReleaseThere | undefined;
  /** The release that is on its way. */
  readonly copying?: ReleaseUnderWay | undefined;
  /** How long upstream's channel has been ahead of ours, in milliseconds: 0 when it is not, undefined when nobody knows. */
  readonly behindMs?: number | undefined;
  /** Upstream's channel could not be looked at the last time. */
  readonly pollFailed: boolean;
}

export interface ReleaseHere {
  readonly release: ReleasePrefix;
  /** 40 hex digits, or empty. */
  readonly revision: string;
  readonly movedAt: Date;
  /** Store paths that it lists, and how many of them are here. */
  readonly listed: number;
  readonly present: number;
  /** The others, by reason. */
  readonly unavailable: Readonly<Record<string, number>>;
  /** Where it is written down what the release brought, once it is: a path of this mirror. */
  readonly changes: string | undefined;
}

export interface ReleaseThere {
  readonly release: ReleasePrefix;
  /** Its first digits at least, or empty. */
  readonly revision: string;
  readonly seenAt?: Date | undefined;
}

export interface ReleaseUnderWay {
  readonly release: ReleasePrefix;
  readonly revision: string;
  /** Undefined until publish has counted. */
  readonly counted?: { readonly listed: number; readonly toCome: number } | undefined;
}

export interface Polls {
  readonly last?: Date | undefined;
  readonly next?: Date | undefined;
  readonly everyMs: number;
}

/** Why nothing is copied, though there may be something to copy. */
export type CopyPause =
  /** `MAX_BUCKET_BYTES`; in bytes. */
  | { readonly reason: 'bucket-limit'; readonly used: number; readonly limit: number }
  /** `MIN_FREE_BYTES`; in bytes. */
  | { readonly reason: 'disk-full'; readonly free: number; readonly limit: number };

/** What an operator should know, beside the states. */
export type Finding =
  /** Publish writes down a probe every minute; there is none, or an old one. */
  | { readonly kind: 'not-probed'; readonly since?: Date | undefined }
  | { readonly kind: 'not-polled'; readonly since: Date }
  | { readonly kind: 'polls-failed'; readonly channels: readonly ChannelName[] }
  /** Some records could not be read: what is shown of them was read then, or is not shown. */
  | { readonly kind: 'records-unread'; readonly since?: Date | undefined }
  | ({ readonly kind: 'copying-paused' } & CopyPause)
  /** By the scrub, in a round that began then: how many of each kind. */
  | { readonly kind: 'damage-found'; readonly since: Date; readonly found: Readonly<Record<string, number>> }
  /** Something is not as it should be, and nothing was taken away. Its log says what. */
  | { readonly kind: 'collect-refused'; readonly since: Date };

/** How far the log stream is loaded, as ClickHouse has it. */
export interface LogDelay {
  readonly loadedUpTo: Date;
  /** When ClickHouse said so. */
  readonly asOf: Date;
  /** It said so just now, or a minute ago. */
  readonly fresh: boolean;
}

export interface Status {
  readonly at: Date;
  readonly state: MirrorState;
  readonly parts: Parts;
  readonly channels: readonly ChannelStanding[];
  readonly polls: Polls;
  readonly findings: readonly Finding[];
  /** How far the log stream of one machine is loaded; undefined where nobody has told, as deployed. */
  readonly spool?: SpoolStanding | undefined;
  /** Undefined where ClickHouse does not say it. */
  readonly logDelay?: LogDelay | undefined;
  /** The last ninety days; undefined while they could never be read. */
  readonly uptime?: Uptime | undefined;
  readonly upkeep: Upkeep;
}

/**
 * What Nix needs decides: without the bucket nothing is served; without the rest, nothing else moves.
 *
 * @param publishes false when publish is known to stand still
 */
export function mirrorStateOf(
  { bucket, records, clickhouse }: Pick<Parts, 'bucket' | 'records' | 'clickhouse'>,
  publishes = true,
): MirrorState {
  if (bucket.state === 'offline') return 'offline';
  const others = records.state !== 'offline' && clickhouse.state !== 'offline' && publishes;
  return others ? 'online' : 'malfunctioning';
}

/** Before channels have been looked at for the first time, nothing says that it ever has to run. */
export const isPublishing = ({ findings, polls }: Pick<Status, 'findings' | 'polls'>): boolean =>
  !findings.some((finding) => finding.kind === 'not-probed' && (finding.since ?? polls.last));
