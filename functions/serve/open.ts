/** What both adapters of serve are wired to. */
import { createRecordLog } from '../../events/log-record.ts';
import { openRecordSink } from '../../shared/analytics/record-sink.ts';
import type { Bucket } from '../../shared/bucket/bucket.ts';
import { openBucket } from '../../shared/bucket/open.ts';
import { createLog } from '../../shared/log.ts';
import { openMetrics } from '../../shared/metrics.ts';
import { formatCacheInfo } from '../../shared/nix/cache-info.ts';
import { openTell } from './analytics/open.ts';
import { openPages } from './analytics/pages/open.ts';
import { CACHE } from './answer.ts';
import { openApi } from './api/open.ts';
import type { ServeConfig } from './config.ts';
import { openDelivery } from './delivery.ts';
import { createSample } from './diagnose/sample.ts';
import { diagnoseSection } from './diagnose/section.ts';
import { createGate } from './gate.ts';
import { createNarInfos } from './narinfos.ts';
import { openPaths } from './paths/open.ts';
import { createPlaces } from './places.ts';
import { openPull } from './pull/open.ts';
import { createChannelPointers } from './releases/channel-pointers.ts';
import { releasesSection } from './releases/section.ts';
import type { ServeDeps } from './respond.ts';
import { siteOf } from './site-of.ts';
import { smallText } from './small.ts';
import { openStatus, openStatusReader } from './status/open.ts';
import { steadyBucket } from './steady-bucket.ts';

/** Of one process. A look-up on a disk or an S3 nearby takes milliseconds: 64 at once are thousands a second. */
const LOOK_UPS = { atOnce: 64, waiting: 1_024, waitMs: 1_000 };
const LOOK_UP_MS = 3_000;
/** Bodies that are decoded at once; each takes up to 16 MiB. */
const DECODERS = 8;

/** @throws {InvalidConfig} */
export function openServe(config: ServeConfig, limits: Pick<ServeDeps, 'mostDecodedBytes'> = {}): ServeDeps {
  const log = createLog({ fields: { function: 'serve' }, level: config.LOG_LEVEL });
  const now = () => performance.now();
  const date = () => new Date();
  const steady = (bucket: Bucket) =>
    steadyBucket(bucket, { gate: createGate(LOOK_UPS), lookUpMs: LOOK_UP_MS, now, log });
  const held = { bucket: openBucket(config.BUCKET, config), state: openBucket(config.STATE, config) };
  const [bucket, state] = [steady(held.bucket), steady(held.state)];
  const { CHANNELS: channels } = config;
  const site = siteOf(config);
  const storage = {
    bodies: steady(openBucket(config.BUCKET, config)),
    decoders: createPlaces(DECODERS),
    delivery: openDelivery(config),
  };
  const narInfos = createNarInfos({ bucket, maxBytes: config.NARINFO_CACHE_BYTES, now });
  const pointers = createChannelPointers(bucket, now);
  const tell = openTell(config, { state: held.state, log });
  const standing = openStatusReader(config, held, tell);
  const sink = openRecordSink(config.SPOOL, {
    onLost: (count, error) => log.warn('records.lost', { count, error }),
  });
  return {
    ...limits,
    byHost: config.PUBLIC_URL === undefined,
    bucket,
    ...storage,
    cacheInfo: smallText(
      formatCacheInfo({ storeDir: '/nix/store', wantMassQuery: true, priority: config.CACHE_PRIORITY }),
      { 'content-type': 'text/x-nix-cache-info', 'cache-control': CACHE.hour },
      date(),
    ),
    pull: openPull(config, { state: held.state, now, log }),
    narInfos,
    sections: [
      openStatus(config, standing, { siteOf: site, log }),
      releasesSection({ ...limits, ...storage, bucket, state, pointers, channels, siteOf: site, now, date }),
      diagnoseSection({
        upstream: config.UPSTREAM_URL,
        keys: config.TRUSTED_PUBLIC_KEYS,
        sample: createSample({ bucket, narInfos, pointers, channels, now }),
        log,
      }),
      openPaths({ ...held, siteOf: site, date, now, log }),
      openPages({ tell, siteOf: site, threshold: config.ANALYTICS_THRESHOLD, date }),
      openApi(config, { status: standing.status, tell, siteOf: site, date }),
    ],
    records: createRecordLog(sink),
    metrics: openMetrics(config, 'serve'),
    log,
  };
}
