/**
 * The directory of a file bucket. Before the first put there is none, and that is an empty bucket; but one that was there and is
 * gone has been taken away, with its disk perhaps, and nobody may take it for empty, or begin it anew in its place.
 */
import { stat } from 'node:fs/promises';
import { BucketFailed } from '../errors.ts';
import { ifNotThere } from './file-status.ts';

export interface Root {
  /** Something was found in it. */
  found(): void;
  /** @throws {BucketFailed} when it was there and is gone. @throws what the file system says */
  check(): Promise<void>;
}

export function watchRoot(path: string): Root {
  let seen = false;
  return {
    found() {
      seen = true;
    },
    async check() {
      if (await stat(path).catch(ifNotThere)) seen = true;
      else if (seen) throw new BucketFailed('the directory of the bucket is gone', { code: 'ENOENT', scope: 'bucket' });
    },
  };
}
