/** What `/api/status` and `/healthz` say, for the description of the API (status-json.ts says it). */
import * as v from 'valibot';
import { COLLECT_OUTCOMES } from '../../../../events/collected.ts';
import { count } from '../../../../shared/analytics/queries/ask.ts';
import { TIME } from '../fields.ts';

const amount = v.pipe(v.number(), v.minValue(0));
const byKind = v.record(v.string(), count);
const mirrorState = v.picklist(['online', 'malfunctioning', 'offline']);

const part = v.variant('state', [
  v.object({ state: v.literal('online'), latency_ms: amount, checked: TIME }),
  v.object({ state: v.literal('offline'), code: count, reason: v.string(), checked: TIME }),
  v.object({ state: v.literal('unknown'), checked: v.nullable(TIME) }),
  v.object({ state: v.literal('not-configured') }),
]);

const day = v.pipe(v.string(), v.isoDate());
const uptime = v.object({
  share: v.nullable(amount),
  since: v.nullable(day),
  ok_minutes: count,
  down_minutes: count,
  unmeasured_minutes: count,
  not_whole: v.array(v.object({ date: day, down_minutes: count, unmeasured_minutes: count })),
});

const round = { began: TIME, names: count, nars: count, bytes: count, found: byKind };

const channel = v.object({
  channel: v.string(),
  state: v.picklist(['complete', 'copying', 'waiting', 'unknown']),
  behind_seconds: v.nullable(count),
  poll_failed: v.boolean(),
  here: v.nullable(
    v.object({
      release: v.string(),
      revision: v.string(),
      moved: TIME,
      listed: count,
      present: count,
      unavailable: byKind,
      changes: v.nullable(v.string()),
    }),
  ),
  upstream: v.nullable(v.object({ release: v.string(), revision: v.string(), seen: v.nullable(TIME) })),
  copying: v.nullable(
    v.object({ release: v.string(), revision: v.string(), listed: v.nullable(count), to_come: v.nullable(count) }),
  ),
});

const finding = v.object({
  kind: v.string(),
  since: v.exactOptional(v.nullable(TIME)),
  channels: v.exactOptional(v.array(v.string())),
  reason: v.exactOptional(v.string()),
  free_bytes: v.exactOptional(count),
  used_bytes: v.exactOptional(count),
  limit_bytes: v.exactOptional(count),
  found: v.exactOptional(byKind),
});

export const STATUS = v.object({
  state: mirrorState,
  checked: TIME,
  version: v.string(),
  bucket: part,
  records: part,
  clickhouse: part,
  upstream: part,
  poll: v.object({ last: v.nullable(TIME), next: v.nullable(TIME), every_seconds: count }),
  log_stream: v.nullable(
    v.object({
      told: TIME,
      loaded_up_to: v.nullable(TIME),
      waiting: v.object({ segments: count, bytes: count, since: v.nullable(TIME) }),
      dropped: v.object({ lines: count, since: v.nullable(TIME) }),
    }),
  ),
  log_delay: v.nullable(v.object({ loaded_up_to: TIME, behind_seconds: count, as_of: TIME })),
  uptime: v.nullable(v.object({ days: count, bucket: uptime, clickhouse: uptime, upstream: uptime })),
  scrub: v.nullable(
    v.object({
      told: v.nullable(TIME),
      last: v.nullable(v.object({ ...round, ended: TIME })),
      present: v.nullable(v.object({ ...round, share: amount })),
    }),
  ),
  collect: v.nullable(
    v.object({
      outcome: v.nullable(v.picklist(COLLECT_OUTCOMES)),
      last: v.nullable(TIME),
      next: v.nullable(TIME),
      freed: v.nullable(v.object({ names: count, nars: count, bytes: count, objects: count, releases: count })),
      condemned: v.nullable(v.object({ names: count, bytes: count })),
      live: v.nullable(v.object({ names: count, bytes: count })),
    }),
  ),
  channels: v.array(channel),
  findings: v.array(finding),
});

export const HEALTH = v.object({ state: mirrorState, bucket: part, records: part, clickhouse: part });
