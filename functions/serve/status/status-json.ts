/** The status as JSON: `/api/status` and `/healthz`. Names are stable; docs/api.md explains them. */
import type { CollectFigures } from '../../../events/collected.ts';
import { TROUBLES } from '../../../shared/probe/trouble.ts';
import type { LiveParts } from './live-probes.ts';
import { type ChannelStanding, type Finding, mirrorStateOf, type PartStanding, type Status } from './status.ts';
import type { CollectStanding, Round, ScrubStanding } from './upkeep.ts';
import { measuredDays, minutesOf, type PartUptime, UPTIME_DAYS, type Uptime, uptimeShare } from './uptime.ts';

export const statusJson = (status: Status, { version }: { readonly version: string }) => ({
  state: status.state,
  checked: status.at.toISOString(),
  version,
  bucket: partJson(status.parts.bucket),
  records: partJson(status.parts.records),
  clickhouse: partJson(status.parts.clickhouse),
  upstream: partJson(status.parts.upstream),
  poll: {
    last: iso(status.polls.last),
    next: iso(status.polls.next),
    every_seconds: Math.round(status.polls.everyMs / 1_000),
  },
  log_stream: logStreamJson(status.spool),
  log_delay: logDelayJson(status.logDelay),
  uptime: uptimeJson(status.uptime),
  scrub: scrubJson(status.upkeep.scrub),
  collect: collectJson(status.upkeep.collect),
  channels: status.channels.map(channelJson),
  findings: status.findings.map(findingJson),
});

export const healthJson = (parts: LiveParts) => ({
  state: mirrorStateOf(parts),
  bucket: partJson(parts.bucket),
  records: partJson(parts.records),
  clickhouse: partJson(parts.clickhouse),
});

const iso = (at: Date | undefined): string | null => at?.toISOString() ?? null;

const logStreamJson = (spool: Status['spool']) =>
  spool
    ? {
        told: spool.at,
        loaded_up_to: spool.loadedUpTo ?? null,
        waiting: {
          segments: spool.waiting.segments,
          bytes: spool.waiting.bytes,
          since: spool.waiting.oldest ?? null,
        },
        dropped: { lines: spool.dropped.lines, since: spool.dropped.since ?? null },
      }
    : null;

const logDelayJson = (delay: Status['logDelay']) =>
  delay
    ? {
        loaded_up_to: iso(delay.loadedUpTo),
        behind_seconds: Math.max(0, Math.round((delay.asOf.getTime() - delay.loadedUpTo.getTime()) / 1_000)),
        as_of: iso(delay.asOf),
      }
    : null;

const uptimeJson = (uptime: Uptime | undefined) =>
  uptime
    ? {
        days: UPTIME_DAYS,
        bucket: partUptimeJson(uptime.bucket),
        clickhouse: partUptimeJson(uptime.clickhouse),
        upstream: partUptimeJson(uptime.upstream),
      }
    : null;

function partUptimeJson(uptime: PartUptime) {
  const { ok, down, unmeasured } = minutesOf(uptime);
  const share = uptimeShare(uptime);
  return {
    share: share === undefined ? null : share / 10_000,
    since: uptime.since ?? null,
    ...{ ok_minutes: ok, down_minutes: down, unmeasured_minutes: unmeasured },
    not_whole: measuredDays(uptime)
      .filter((day) => day.down > 0 || day.unmeasured > 0)
      .map(({ date, ...day }) => ({ date, down_minutes: day.down, unmeasured_minutes: day.unmeasured })),
  };
}

const scrubJson = (scrub: ScrubStanding | undefined) =>
  scrub
    ? {
        told: iso(scrub.at),
        last: scrub.last ? { ...roundJson(scrub.last), ended: iso(scrub.last.ended) } : null,
        present: scrub.present ? { ...roundJson(scrub.present), share: scrub.present.share } : null,
      }
    : null;

const roundJson = ({ began, names, nars, bytes, found }: Round) => ({ began: iso(began), names, nars, bytes, found });

const collectJson = (collect: CollectStanding | undefined) =>
  collect
    ? {
        outcome: collect.last?.outcome ?? null,
        last: iso(collect.last?.at),
        next: iso(collect.next),
        freed: collect.figures ? freedJson(collect.figures) : null,
        condemned: collect.figures
          ? { names: collect.figures.condemnedNames, bytes: collect.figures.condemnedBytes }
          : null,
        live: collect.figures ? { names: collect.figures.liveNames, bytes: collect.figures.liveBytes } : null,
      }
    : null;

const freedJson = ({ deletedNames, deletedNars, deletedBytes, deletedObjects, retiredReleases }: CollectFigures) => ({
  names: deletedNames,
  nars: deletedNars,
  bytes: deletedBytes,
  objects: deletedObjects,
  releases: retiredReleases,
});

function partJson(part: PartStanding) {
  switch (part.state) {
    case 'online':
      return { state: part.state, latency_ms: part.latencyMs, checked: iso(part.at) };
    case 'offline':
      return { state: part.state, code: part.trouble, reason: TROUBLES[part.trouble], checked: iso(part.at) };
    case 'unknown':
      return { state: part.state, checked: iso(part.since) };
    case 'not-configured':
      return { state: part.state };
  }
}

const channelJson = ({ channel, state, here, upstream, copying, behindMs, pollFailed }: ChannelStanding) => ({
  channel,
  state,
  behind_seconds: behindMs === undefined ? null : Math.round(behindMs / 1_000),
  poll_failed: pollFailed,
  here: here
    ? {
        release: here.release,
        revision: here.revision,
        moved: iso(here.movedAt),
        listed: here.listed,
        present: here.present,
        unavailable: here.unavailable,
        changes: here.changes ?? null,
      }
    : null,
  upstream: upstream ? { release: upstream.release, revision: upstream.revision, seen: iso(upstream.seenAt) } : null,
  copying: copying
    ? {
        release: copying.release,
        revision: copying.revision,
        listed: copying.counted?.listed ?? null,
        to_come: copying.counted?.toCome ?? null,
      }
    : null,
});

function findingJson(finding: Finding) {
  switch (finding.kind) {
    case 'polls-failed':
      return { kind: finding.kind, channels: finding.channels };
    case 'copying-paused':
      return {
        kind: finding.kind,
        reason: finding.reason,
        ...(finding.reason === 'disk-full' ? { free_bytes: finding.free } : { used_bytes: finding.used }),
        limit_bytes: finding.limit,
      };
    case 'damage-found':
      return { kind: finding.kind, since: iso(finding.since), found: finding.found };
    default:
      return { kind: finding.kind, since: iso(finding.since) };
  }
}
