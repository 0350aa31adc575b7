/** The status of a mirror as its API tells it (docs/api.md), read from there or from its own records: one form for both. */
import * as v from 'valibot';
import { parseJson } from '../../events/record.ts';
import { openStatusReader } from '../../functions/serve/status/open.ts';
import { statusJson } from '../../functions/serve/status/status-json.ts';
import { UpstreamFailed } from '../../shared/errors.ts';
import type { HttpClient } from '../../shared/upstream/http-client.ts';
import { readSmallBody } from '../../shared/upstream/small-body.ts';
import { VERSION } from '../../shared/upstream/user-agent.ts';

/** What a newer mirror adds is kept. */
const Part = v.looseObject({
  state: v.string(),
  latency_ms: v.optional(v.number()),
  code: v.optional(v.number()),
  reason: v.optional(v.string()),
});
const Release = v.looseObject({ release: v.string(), revision: v.string() });
const Channel = v.looseObject({
  channel: v.string(),
  state: v.string(),
  behind_seconds: v.nullable(v.number()),
  here: v.nullable(
    v.looseObject({
      ...Release.entries,
      listed: v.number(),
      present: v.number(),
      unavailable: v.record(v.string(), v.number()),
    }),
  ),
  copying: v.nullable(
    v.looseObject({ ...Release.entries, listed: v.nullable(v.number()), to_come: v.nullable(v.number()) }),
  ),
});
const round = { names: v.number(), bytes: v.number(), found: v.record(v.string(), v.number()) };
const Scrub = v.looseObject({
  last: v.nullable(v.looseObject({ ...round, ended: v.string() })),
  present: v.nullable(v.looseObject({ ...round, share: v.number() })),
});
const Collect = v.looseObject({
  outcome: v.nullable(v.string()),
  last: v.nullable(v.string()),
  next: v.nullable(v.string()),
  freed: v.nullable(v.looseObject({ names: v.number(), bytes: v.number() })),
});
const schema = v.looseObject({
  state: v.string(),
  checked: v.string(),
  ...{ bucket: Part, records: Part, clickhouse: Part, upstream: Part },
  /** An older mirror does not tell of these. */
  ...{ scrub: v.exactOptional(v.nullable(Scrub)), collect: v.exactOptional(v.nullable(Collect)) },
  /** Only of the mirror that is configured here, and only false: its buckets are all that is known of it. */
  running: v.exactOptional(v.boolean()),
  channels: v.array(Channel),
  findings: v.array(v.looseObject({ kind: v.string() })),
});

export type StatusReport = v.InferOutput<typeof schema>;
export type PartReport = StatusReport['bucket'];
export type ChannelReport = StatusReport['channels'][number];

/** @throws {Malformed} */
export const parseStatusReport = (text: string): StatusReport => parseJson('the status of a mirror', schema, text);

/** By the records of a mirror, whether or not it runs. */
export async function statusHere(
  config: Parameters<typeof openStatusReader>[0],
  buckets: Parameters<typeof openStatusReader>[1],
): Promise<StatusReport> {
  const status = await openStatusReader(config, buckets).status();
  return parseStatusReport(JSON.stringify(statusJson(status, { version: VERSION })));
}

/** By what it has left: nothing else moves, whatever can still be had of its bucket. */
export const notRunning = (status: StatusReport): StatusReport => ({
  ...status,
  running: false,
  state: status.state === 'online' ? 'malfunctioning' : status.state,
});

const MOST_BYTES = 4 * 2 ** 20;

/** @param url of a mirror. @throws {UpstreamFailed} when it does not answer. @throws {Malformed} when it is something else */
export async function statusOf(
  url: string,
  client: Pick<HttpClient, 'request'>,
  signal: AbortSignal,
): Promise<StatusReport> {
  const answer = await client.request({ url: `${url}/api/status`, signal });
  if (answer.status !== 200) throw new UpstreamFailed(`GET ${url}/api/status: answered ${answer.status}`, { url });
  return parseStatusReport((await readSmallBody(answer, MOST_BYTES)).toString('utf8'));
}
