/** What publish writes into the log stream: that a channel moved, and what a part of the service was when it was probed. */
import type { ChannelPointer } from '../../events/channel-pointer.ts';
import type { ChannelSeen } from '../../events/channel-seen.ts';
import { revisionIn } from '../../events/channel-update-record.ts';
import type { RecordLog } from '../../events/log-record.ts';
import type { ProbedPart } from '../../events/probes.ts';
import { microseconds } from '../../events/record-fields.ts';
import type { Probed } from '../../shared/probe/probe.ts';
import { troubleInWords } from '../../shared/probe/trouble.ts';

/** Once the pointer is written: cut in between, a record is lost, and none is there twice. */
export function tellMoved(pointer: ChannelPointer, { releases }: ChannelSeen, records: RecordLog): void {
  const { channel, release, revision, listed, unavailable, movedAt } = pointer;
  const seenAt = releases.find((seen) => seen.release === release)?.seenAt;
  records.add({
    kind: 'channel_update',
    channel,
    outcome: 'published',
    release,
    ...revisionIn(revision),
    paths: listed,
    unavailable: Object.values(unavailable).reduce((sum, count) => sum + count, 0),
    ...(seenAt !== undefined && { duration_us: microseconds(Date.parse(movedAt) - Date.parse(seenAt)) }),
  });
}

export function tellProbed(target: ProbedPart, found: Probed, records: RecordLog): void {
  if (found.state === 'online')
    records.add({ kind: 'probe', target, ok: true, latency_us: microseconds(found.latencyMs) });
  else records.add({ kind: 'probe', target, ok: false, detail: troubleInWords(found.trouble) });
}
