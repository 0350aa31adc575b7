/** The status section, wired to this process's configuration. */
import type { Bucket } from '../../../shared/bucket/bucket.ts';
import { freeSpace } from '../../../shared/bucket/free-space.ts';
import type { Log } from '../../../shared/log.ts';
import { askClickHouse } from '../../../shared/probe/clickhouse.ts';
import { PROBE_BUDGET_MS } from '../../../shared/probe/probe.ts';
import type { ServeConfig } from '../config.ts';
import { memoised } from '../memoised.ts';
import type { Section } from '../respond.ts';
import type { SiteOf } from '../site-of.ts';
import { copyPause } from './copy-pause.ts';
import { liveProbes } from './live-probes.ts';
import { createStatusReader } from './read-status.ts';
import { statusSection } from './section.ts';

/** However many look at the page, the parts are asked this often. */
const MEMO_MS = 15_000;

export function openStatus(
  config: ServeConfig,
  { bucket, state }: { readonly bucket: Pick<Bucket, 'head' | 'get'>; readonly state: Pick<Bucket, 'get'> },
  { siteOf, log }: { readonly siteOf: SiteOf; readonly log: Pick<Log, 'info'> },
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
    pause: copyPause({
      state,
      maxBytes: config.MAX_BUCKET_BYTES,
      minFreeBytes: config.MIN_FREE_BYTES,
      freeSpaces: [config.BUCKET, config.STATE].map((storeUrl) => () => freeSpace(storeUrl)),
    }),
    pollEveryMs: config.POLL_INTERVAL,
    budgetMs,
    now,
  });
  return statusSection({
    status: memoised(read, memo),
    live,
    siteOf,
    log,
    forwardsMisses: config.ON_MISS === 'pull',
    upstreamUrl: config.UPSTREAM_URL,
    publicKeys: config.TRUSTED_PUBLIC_KEYS,
    now,
  });
}
