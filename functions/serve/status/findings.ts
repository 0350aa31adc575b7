/** What an operator should know that no single state says. Pure. */
import type { LastRead } from './last-read.ts';
import type { ChannelStanding, CopyPause, Finding, PartStanding, Polls } from './status.ts';
import { damageIn, type Upkeep } from './upkeep.ts';

export interface Found {
  readonly at: Date;
  readonly upstream: PartStanding;
  /** Where upstream's state was looked for. */
  readonly probed: Pick<LastRead<unknown>, 'at'>;
  readonly polls: Polls;
  readonly channels: readonly ChannelStanding[];
  /** All that were looked for. */
  readonly records: readonly Pick<LastRead<unknown>, 'fresh' | 'at'>[];
  readonly pause: CopyPause | undefined;
  readonly upkeep: Upkeep;
}

/** A poll may take a while: a first release's list alone is megabytes. */
const POLL_SLACK_MS = 15 * 60_000;

export function findingsOf(known: Found): readonly Finding[] {
  const { at, upstream, probed, polls, channels, records, pause, upkeep } = known;
  const findings: Finding[] = [];
  const unread = records.filter(({ fresh }) => !fresh);
  if (unread.length > 0) {
    const times = unread.flatMap((record) => (record.at ? [record.at.getTime()] : []));
    const since = times.length === unread.length ? new Date(Math.min(...times)) : undefined;
    findings.push({ kind: 'records-unread', since });
  }
  if (upstream.state === 'unknown' && probed.at) findings.push({ kind: 'not-probed', since: upstream.since });
  if (polls.last && polls.next && at.getTime() > polls.next.getTime() + POLL_SLACK_MS)
    findings.push({ kind: 'not-polled', since: polls.last });
  const failed = channels.filter(({ pollFailed }) => pollFailed).map(({ channel }) => channel);
  if (failed.length > 0) findings.push({ kind: 'polls-failed', channels: failed });
  if (pause) findings.push({ kind: 'copying-paused', ...pause });
  const damage = damageIn(upkeep);
  if (damage) findings.push({ kind: 'damage-found', since: damage.began, found: damage.found });
  const collected = upkeep.collect?.last;
  if (collected?.outcome === 'refused') findings.push({ kind: 'collect-refused', since: collected.at });
  return findings;
}
