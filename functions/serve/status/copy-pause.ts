/** What holds copying back for want of room, as far as serve can see: the limits that copy looks at, looked at once more. */
import { parseBucketUsage, USAGE_KEY } from '../../../events/bucket-usage.ts';
import { readable } from '../../../events/record.ts';
import { type Bucket, getText } from '../../../shared/bucket/bucket.ts';
import type { CopyPause } from './status.ts';

export interface CopyPauseDeps {
  readonly state: Pick<Bucket, 'get'>;
  /** `MAX_BUCKET_BYTES` */
  readonly maxBytes: number | undefined;
  /** `MIN_FREE_BYTES` */
  readonly minFreeBytes: number;
  /** Bytes that are left on the disk of each bucket; undefined where nobody knows. */
  readonly freeSpaces: readonly (() => Promise<number | undefined>)[];
}

export function copyPause({ state, maxBytes, minFreeBytes, freeSpaces }: CopyPauseDeps) {
  return async (signal: AbortSignal): Promise<CopyPause | undefined> => {
    for (const freeSpace of freeSpaces) {
      const free = await freeSpace().catch(() => undefined);
      if (free !== undefined && free < minFreeBytes) return { reason: 'disk-full', free, limit: minFreeBytes };
    }
    if (maxBytes === undefined) return undefined;
    const usage = readable(parseBucketUsage, await getText(state, USAGE_KEY, signal));
    if (!usage || usage.bytes < maxBytes) return undefined;
    return { reason: 'bucket-limit', used: usage.bytes, limit: maxBytes };
  };
}
