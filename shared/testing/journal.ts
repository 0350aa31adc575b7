/** Writes down what is done to a bucket, in order: for promises about what becomes visible when, and about what it costs. */
import type { Bucket } from '../bucket/bucket.ts';

export interface Journal {
  /** Such as `state put staged/….narinfo`. */
  readonly entries: string[];
  watch(name: string, bucket: Bucket): Bucket;
  /** Only the entries that change something. */
  writes(): string[];
}

export function createJournal(): Journal {
  const entries: string[] = [];
  return {
    entries,
    writes: () => entries.filter((entry) => / (put|delete) /.test(entry)),
    watch: (name, bucket) => ({
      name: bucket.name,
      head(key, signal) {
        entries.push(`${name} head ${key}`);
        return bucket.head(key, signal);
      },
      get(key, options) {
        entries.push(`${name} get ${key}`);
        return bucket.get(key, options);
      },
      async put(key, body, options) {
        const put = await bucket.put(key, body, options); // a put counts once it is there
        entries.push(`${name} put ${key}`);
        return put;
      },
      async delete(key, signal) {
        await bucket.delete(key, signal);
        entries.push(`${name} delete ${key}`);
      },
      list(prefix, options) {
        entries.push(`${name} list ${prefix}`);
        return bucket.list(prefix, options);
      },
    }),
  };
}

/** All keys of a bucket. */
export async function keysOf(bucket: Pick<Bucket, 'list'>, prefix = ''): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of bucket.list(prefix)) keys.push(key);
  return keys;
}
