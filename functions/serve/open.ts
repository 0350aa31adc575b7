/** What both adapters of serve are wired to. */
import { openBucket } from '../../shared/bucket/open.ts';
import { createLog } from '../../shared/log.ts';
import { formatCacheInfo } from '../../shared/nix/cache-info.ts';
import { CACHE } from './answer.ts';
import type { ServeConfig } from './config.ts';
import { openDelivery } from './delivery.ts';
import { createGate } from './gate.ts';
import { healthSection } from './health.ts';
import { createNarInfos } from './narinfos.ts';
import { openPull } from './pull/open.ts';
import { releasesSection } from './releases/section.ts';
import type { ServeDeps } from './respond.ts';
import { siteOf } from './site-of.ts';
import { smallText } from './small.ts';
import { steadyBucket } from './steady-bucket.ts';

/** Of one process. A look-up on a disk or an S3 nearby takes milliseconds: 64 at once are thousands a second. */
const LOOK_UPS = { atOnce: 64, waiting: 1_024, waitMs: 1_000 };
const LOOK_UP_MS = 3_000;

/** @throws {InvalidConfig} */
export function openServe(config: ServeConfig): ServeDeps {
  const log = createLog({ fields: { function: 'serve' }, level: config.LOG_LEVEL });
  const now = () => performance.now();
  const gate = createGate(LOOK_UPS);
  const bucket = steadyBucket(openBucket(config.BUCKET), { gate, lookUpMs: LOOK_UP_MS, now, log });
  const state = steadyBucket(openBucket(config.STATE), { gate, lookUpMs: LOOK_UP_MS, now, log });
  const delivery = openDelivery(config);
  const date = () => new Date();
  return {
    bucket,
    delivery,
    cacheInfo: smallText(
      formatCacheInfo({ storeDir: '/nix/store', wantMassQuery: true, priority: config.CACHE_PRIORITY }),
      { 'content-type': 'text/x-nix-cache-info', 'cache-control': CACHE.hour },
      new Date(),
    ),
    pull: openPull(config, { state: openBucket(config.STATE), now, log }),
    narInfos: createNarInfos({ bucket, maxBytes: config.NARINFO_CACHE_BYTES, now }),
    sections: [
      healthSection({ bucket, log }),
      releasesSection({ bucket, state, delivery, channels: config.CHANNELS, site: siteOf, now, date }),
    ],
    log,
  };
}
