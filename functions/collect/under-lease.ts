/** A bucket as it is read while the lease is held: reading may take longer than the lease lasts, so it is kept meanwhile. */
import type { Bucket } from '../../shared/bucket/bucket.ts';
import type { Lease } from '../../shared/bucket/lease.ts';

type Read = Pick<Bucket, 'list' | 'get' | 'head'>;

const KEPT_EVERY = 1_000;

export const underLease = (bucket: Read, lease: Pick<Lease, 'keep'>, signal: AbortSignal): Read => ({
  async head(key, given) {
    await lease.keep(signal);
    return bucket.head(key, given);
  },
  async get(key, options) {
    await lease.keep(signal);
    return bucket.get(key, options);
  },
  async *list(prefix, options) {
    let listed = 0;
    for await (const one of bucket.list(prefix, options)) {
      if (listed++ % KEPT_EVERY === 0) await lease.keep(signal);
      yield one;
    }
  },
});
