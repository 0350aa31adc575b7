/**
 * Whether an object is all that its put announced. Some servers (versitygw 1.8.0) show what had arrived of a stream when its connection
 * broke, metadata and all; and no last word can be had from a sender that was killed. So a stream says beforehand, in its metadata,
 * how many bytes it will have, and what has another number of them is not there:
 *     x-amz-meta-announced-size: 43224
 * Bodies that are sent from memory carry their hash in the signature, and those in parts appear when they are completed.
 */
import type { Metadata } from './bucket.ts';

const ANNOUNCED = 'announced-size';

export const announcing = (metadata: Metadata, size: number): Metadata => ({ ...metadata, [ANNOUNCED]: String(size) });

/** As the caller gave it; undefined: the object is torn. */
export function metadataOfWhole({ [ANNOUNCED]: announced, ...own }: Metadata, size: number): Metadata | undefined {
  return announced === undefined || Number(announced) === size ? own : undefined;
}

const MOST_TORN = 1_000;

/** Torn objects that were met, by key: a put that expects nothing there may replace that very one. */
export function tornObjects() {
  const etags = new Map<string, string>();
  return {
    met(key: string, etag: string): undefined {
      if (etags.size < MOST_TORN) etags.set(key, etag);
    },
    /** Its etag, once. */
    take(key: string): string | undefined {
      const etag = etags.get(key);
      etags.delete(key);
      return etag;
    },
  };
}
