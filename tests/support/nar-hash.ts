/** What a NAR file holds, decompressed and hashed; each file once, as long as it stays the same. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { decompressor } from '../../shared/nix/decompress.ts';
import { sha256Of } from '../../shared/nix/sha256.ts';

export interface NarFound {
  /** `sha256:…` in nix32, or why it can't be read. */
  readonly narHash: string;
  readonly narSize: number;
}

export type NarHasher = (file: string, compression: string) => Promise<NarFound>;

export function createNarHasher(): NarHasher {
  const known = new Map<string, Promise<NarFound>>();
  return async (file, compression) => {
    const { size, mtimeMs, ino } = await stat(file);
    const key = [file, compression, size, mtimeMs, ino].join(' ');
    const found = known.get(key) ?? read(file, compression);
    known.set(key, found);
    return found;
  };
}

async function read(file: string, compression: string): Promise<NarFound> {
  const hash = createHash('sha256');
  let narSize = 0;
  try {
    await pipeline(createReadStream(file), decompressor(compression), async (nar: AsyncIterable<Buffer>) => {
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
