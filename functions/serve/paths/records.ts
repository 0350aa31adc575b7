/** All that copy has written down as unavailable, as far as it may be listed: one listing, and one read for each record that is new. */
import {
  hashOfUnavailableKey,
  type PathUnavailable,
  parsePathUnavailable,
  UNAVAILABLE,
} from '../../../events/path-unavailable.ts';
import { readable } from '../../../events/record.ts';
import { getText } from '../../../shared/bucket/bucket.ts';
import { memoised } from '../memoised.ts';
import type { ReadBucket } from '../steady-bucket.ts';
import { type ListBucket, listKeys } from './list-keys.ts';

export interface Records {
  readonly records: readonly PathUnavailable[];
  /** There are no more than these. */
  readonly complete: boolean;
}

export interface RecordsDeps {
  readonly state: ReadBucket & ListBucket;
  /** Milliseconds that only ever grow. */
  readonly now: () => number;
  /** Default 5,000; for tests. */
  readonly most?: number;
}

const REMEMBERED_MS = 30_000;
const MOST_RECORDS = 5_000;
const READS_AT_ONCE = 32;

interface Held {
  readonly etag: string | undefined;
  readonly record: PathUnavailable | undefined;
}

export function createRecords({ state, now, most = MOST_RECORDS }: RecordsDeps): () => Promise<Records> {
  let held: ReadonlyMap<string, Held> = new Map();

  async function read(): Promise<Records> {
    const listed = await listKeys(state, UNAVAILABLE, { most: most + 1, etags: true });
    const keys = listed.slice(0, most).filter(({ key }) => hashOfUnavailableKey(key) !== undefined);
    const next = new Map<string, Held>();
    for (let from = 0; from < keys.length; from += READS_AT_ONCE) {
      const some = keys.slice(from, from + READS_AT_ONCE);
      await Promise.all(
        some.map(async ({ key, etag }) => {
          const known = held.get(key);
          if (known && known.etag === etag) next.set(key, known);
          else next.set(key, { etag, record: readable(parsePathUnavailable, await getText(state, key)) });
        }),
      );
    }
    held = next;
    const records = keys.flatMap(({ key }) => next.get(key)?.record ?? []);
    return { records, complete: listed.length <= most };
  }

  return memoised(read, { forMs: REMEMBERED_MS, now });
}
