/** What a NAR file holds, decompressed and hashed; each object once, as long as it stays the same. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Bucket } from '../../shared/bucket/bucket.ts';
import { decompressor } from '../../shared/nix/decompress.ts';
import { sha256Of } from '../../shared/nix/sha256.ts';

export interface NarFound {
  /** `sha256:…` in nix32, or why it can't be read. */
  readonly narHash: string;
  readonly narSize: number;
}

export type NarHasher = (bucket: Bucket, key: string, compression: string) => Promise<NarFound>;

export function createNarHasher(): NarHasher {
  const known = new Map<string, Promise<NarFound>>();
  return async (bucket, key, compression) => {
    const id = [bucket.name, key, compression, (await bucket.head(key))?.etag].join(' ');
    const found = known.get(id) ?? read(bucket, key, compression);
    known.set(id, found);
    return found;
  };
}

async function read(bucket: Bucket, key: string, compression: string): Promise<NarFound> {
  const hash = createHash('sha256');
  let narSize = 0;
  try {
    const object = await bucket.get(key);
    if (!object) return { narHash: 'gone', narSize };
    await pipeline(Readable.from(object.body), decompressor(compression), async (nar: AsyncIterable<Buffer>) => {
      for await (const chunk of nar) {
        hash.update(chunk);
        narSize += chunk.length;
      }
    });
  } catch (error) {
    return { narHash: `unreadable: ${String(error)}`, narSize };
  }
  return { narHash: sha256Of(hash.digest()), narSize };
}
