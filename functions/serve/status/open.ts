/** The status section, wired to this process's configuration. */
import type { Bucket } from '../../../shared/bucket/bucket.ts';
import { freeSpace } from '../../../shared/bucket/free-space.ts';
import type { Log } from '../../../shared/log.ts';
import { askClickHouse } from '../../../shared/probe/clickhouse.ts';
import { PROBE_BUDGET_MS } from '../../../shared/probe/probe.ts';
import type { Tell } from '../analytics/topic.ts';
import type { ServeConfig } from '../config.ts';
import { memoised } from '../memoised.ts';
import type { Section } from '../respond.ts';
import type { SiteOf } from '../site-of.ts';
import { copyPause } from './copy-pause.ts';
import { liveProbes } from './live-probes.ts';
import { logDelayBy } from './log-delay.ts';
import { createStatusReader } from './read-status.ts';
import { statusSection } from './section.ts';

/** However many look at the page, the parts are asked this often. */
const MEMO_MS = 15_000;

type StatusConfig = Pick<
  ServeConfig,
  'BUCKET' | 'STATE' | 'CHANNELS' | 'CLICKHOUSE_URL' | 'MAX_BUCKET_BYTES' | 'MIN_FREE_BYTES' | 'POLL_INTERVAL'
>;
type Buckets = { readonly bucket: Pick<Bucket, 'head' | 'get'>; readonly state: Pick<Bucket, 'get'> };

/** What the page shows, for whoever looks: also without serve, which alone asks ClickHouse for more than whether it is there. */
export function openStatusReader(config: StatusConfig, { bucket, state }: Buckets, tell?: Tell) {
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
    pause: copyPause({
      state,
      maxBytes: config.MAX_BUCKET_BYTES,
      minFreeBytes: config.MIN_FREE_BYTES,
      freeSpaces: [config.BUCKET, config.STATE].map((storeUrl) => () => freeSpace(storeUrl)),
    }),
    logDelay: tell && (() => logDelayBy(tell)),
    pollEveryMs: config.POLL_INTERVAL,
    budgetMs,
    now,
  });
  return { status: memoised(read, memo), live, now };
}

export type StatusReader = ReturnType<typeof openStatusReader>;

export function openStatus(
  config: ServeConfig,
  reader: StatusReader,
  { siteOf, log }: { readonly siteOf: SiteOf; readonly log: Pick<Log, 'info'> },
): Section {
  return statusSection({
    ...reader,
    siteOf,
    log,
    forwardsMisses: config.ON_MISS === 'pull',
    counted: { redirects: config.NAR_DELIVERY === 'redirect', threshold: config.ANALYTICS_THRESHOLD },
    upstreamUrl: config.UPSTREAM_URL,
    publicKeys: config.TRUSTED_PUBLIC_KEYS,
  });
}
