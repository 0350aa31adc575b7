/** `/healthz`: whether narinfos and NARs can be served, for whoever balances load. */
import { getText } from '../../shared/bucket/bucket.ts';
import type { Log } from '../../shared/log.ts';
import { CACHE_INFO_KEY } from '../../shared/nix/cache-object.ts';
import { CACHE, text } from './answer.ts';
import type { Section } from './respond.ts';
import type { ReadBucket } from './steady-bucket.ts';
import { troubleOf } from './trouble.ts';

export function healthSection({ bucket, log }: { readonly bucket: ReadBucket; readonly log: Log }): Section {
  return async ({ path }) => {
    if (path !== '/healthz') return undefined;
    try {
      // Read, and not only its head: of a bucket that is gone S3 says the same in a head as of an object that is.
      await getText(bucket, CACHE_INFO_KEY);
      return text(200, 'ok\n', { 'cache-control': CACHE.never });
    } catch (error) {
      log.warn('health.bucket', { error: troubleOf(error) });
      return text(503, 'the storage does not answer\n', { 'cache-control': CACHE.never });
    }
  };
}
