/**
 * How the parts of the service are and where channels stand, as metrics. ClickHouse is not asked for any of it. Names, labels and
 * meaning of `channel_…` are those of upstream's exporter, so that its dashboards show this mirror. Pure.
 */
import { VERSION } from '../../../../shared/upstream/user-agent.ts';
import type { ChannelStanding, PartStanding, Status } from '../../status/status.ts';
import type { Metric, Sample } from './exposition.ts';

export function standingMetrics({ parts, channels, spool, at }: Status): readonly Metric[] {
  const { bucket, records, clickhouse, upstream } = parts;
  const targets = { bucket, state: records, clickhouse, upstream };
  const here = channels.filter(hasRelease);
  const gauge = (name: string, help: string, samples: readonly Sample[]): Metric => ({
    name,
    type: 'gauge',
    help,
    samples,
  });
  return [
    gauge('copycat_build_info', 'The version that answers.', [{ labels: { version: VERSION }, value: 1 }]),
    gauge(
      'copycat_up',
      'Whether a part of the service answers. One that is not configured, or that nobody has probed lately, is left out.',
      Object.entries(targets).flatMap(([target, part]) => upSample(target, part)),
    ),
    gauge(
      'copycat_spool_bytes',
      'What waits on this machine to be loaded into ClickHouse.',
      spool ? [{ value: spool.waiting.bytes }] : [],
    ),
    gauge(
      'copycat_spool_dropped_lines',
      'Lines of the log stream that are lost; from 0 again after 30 days without one.',
      spool ? [{ value: spool.dropped.lines }] : [],
    ),
    gauge(
      'channel_revision',
      'The commit that a channel stands at here.',
      here.map(({ channel, here: { revision } }) => ({
        labels: { channel, revision, ...kindOf(channel), current: '1' },
        value: 1,
      })),
    ),
    gauge(
      'channel_update_time',
      'When a channel last moved here (Unix time).',
      here.map(({ channel, here: { movedAt } }) => ({ labels: { channel }, value: movedAt.getTime() / 1_000 })),
    ),
    gauge(
      'channel_current',
      'Whether a channel is followed: 1 for all of CHANNELS.',
      channels.map(({ channel }) => ({ labels: { channel }, value: 1 })),
    ),
    gauge(
      'copycat_channel_behind_seconds',
      'How long upstream’s channel has been ahead of this mirror’s.',
      channels.flatMap(({ channel, behindMs }) =>
        behindMs === undefined ? [] : [{ labels: { channel }, value: behindMs / 1_000 }],
      ),
    ),
    gauge('copycat_status_time', 'When all of this was looked at (Unix time).', [{ value: at.getTime() / 1_000 }]),
  ];
}

const hasRelease = (
  standing: ChannelStanding,
): standing is ChannelStanding & { readonly here: NonNullable<ChannelStanding['here']> } => standing.here !== undefined;

const upSample = (target: string, { state }: PartStanding): readonly Sample[] =>
  state === 'online' || state === 'offline' ? [{ labels: { target }, value: state === 'online' ? 1 : 0 }] : [];

/** What upstream says of its channels in a list of its own; here it is read from the name. */
const kindOf = (channel: string) => ({
  status: channel.includes('unstable') ? 'rolling' : 'stable',
  variant: /-(small|darwin)$/.exec(channel)?.[1] ?? 'primary',
});
