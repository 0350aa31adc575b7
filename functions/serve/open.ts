/** What both adapters of serve are wired to. */
import { openBucket } from '../../shared/bucket/open.ts';
import { createLog } from '../../shared/log.ts';
import { formatCacheInfo } from '../../shared/nix/cache-info.ts';
import { readServeConfig } from './config.ts';
import type { ServeDeps } from './respond.ts';

export function openServeDeps(): ServeDeps {
  const config = readServeConfig();
  return {
    bucket: openBucket(config.BUCKET),
    cacheInfo: formatCacheInfo({ storeDir: '/nix/store', wantMassQuery: true, priority: config.CACHE_PRIORITY }),
    log: createLog({ fields: { function: 'serve' }, level: config.LOG_LEVEL }),
  };
}
