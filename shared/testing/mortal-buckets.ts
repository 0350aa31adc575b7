/** Buckets of a process that dies after so many writes. */
import type { Bucket } from '../bucket/bucket.ts';

interface Buckets {
  readonly bucket: Bucket;
  readonly state: Bucket;
}

export interface Mortal {
  /** Less than none if it has died. */
  readonly life: { left: number };
  readonly buckets: Buckets;
}

export function mortalBuckets({ bucket, state }: Buckets, writes: number): Mortal {
  const life = { left: writes };
  const mortal = (whole: Bucket): Bucket => {
    const use = <T>(work: () => Promise<T>): Promise<T> => {
      life.left -= 1;
      return life.left < 0 ? Promise.reject(new Error('killed')) : work();
    };
    return {
      ...whole,
      put: (...args) => use(() => whole.put(...args)),
      delete: (...args) => use(() => whole.delete(...args)),
    };
  };
  return { life, buckets: { bucket: mortal(bucket), state: mortal(state) } };
}
