/**
 * publish → log stream: what it found when it probed a part of the service, once a minute. The state bucket has the same by day
 * (probes.ts): the status page must not need ClickHouse.
 *     {"v":1,"kind":"probe","id":"…","ts":"…","target":"bucket","ok":true,"latency_us":14000}
 */
import * as v from 'valibot';
import { PROBED_PARTS } from './probes.ts';
import { count } from './record.ts';
import { logRecord, words } from './record-fields.ts';

export type ProbeRecord = v.InferOutput<typeof probeRecord>;

export const probeRecord = v.object({
  ...logRecord('probe'),
  target: v.picklist(PROBED_PARTS),
  ok: v.boolean(),
  latency_us: v.exactOptional(count),
  /** The number and words of a trouble (shared/probe/trouble.ts): `522 (connection timed out)`. */
  detail: v.exactOptional(words(100)),
});
