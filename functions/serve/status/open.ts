/** The status section, wired to this process's configuration. */
import type { Bucket } from '../../../shared/bucket/bucket.ts';
import { askClickHouse } from '../../../shared/probe/clickhouse.ts';
import { PROBE_BUDGET_MS } from '../../../shared/probe/probe.ts';
import { VERSION } from '../../../shared/upstream/user-agent.ts';
import type { ServeConfig } from '../config.ts';
import type { Section } from '../respond.ts';
import { liveProbes } from './live-probes.ts';
import { memoised } from './memoised.ts';
import { createStatusReader } from './read-status.ts';
import { statusSection } from './section.ts';

/** However many look at the page, the parts are asked this often. */
const MEMO_MS = 15_000;

export function openStatus(
  config: ServeConfig,
  { bucket, state }: { readonly bucket: Pick<Bucket, 'get'>; readonly state: Pick<Bucket, 'get'> },
): Section {
  const now = () => new Date();
  const memo = { forMs: MEMO_MS, now: () => performance.now() };
  const budgetMs = PROBE_BUDGET_MS;
  const clickHouse = config.CLICKHOUSE_URL && askClickHouse(config.CLICKHOUSE_URL);
  const live = memoised(() => liveProbes({ bucket, state, askClickHouse: clickHouse, budgetMs, now }), memo);
  const read = createStatusReader({
    channels: config.CHANNELS,
    bucket,
    state,
    live,
    pollEveryMs: config.POLL_INTERVAL,
    budgetMs,
    now,
  });
  return statusSection({
    status: memoised(read, memo),
    live,
    site: {
      name: config.MIRROR_NAME,
      version: VERSION,
      contact: config.CONTACT,
      sourceUrl: config.SOURCE_URL,
      issuesUrl: config.ISSUES_URL,
      supportUrl: config.SUPPORT_URL,
    },
    upstreamUrl: config.UPSTREAM_URL,
    publicKeys: config.TRUSTED_PUBLIC_KEYS,
    now,
  });
}
