/** How much room is left where a bucket lies. */
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseBucketUrl } from './open.ts';

/**
 * Bytes that this process may still write to the bucket's disk. `undefined` for S3, which does not say; there one learns of
 * it from a put.
 * @throws what the file system says
 */
export async function freeSpace(storeUrl: string): Promise<number | undefined> {
  const url = parseBucketUrl(storeUrl);
  if (url.scheme !== 'file') return undefined;
  for (let directory = url.root; ; directory = dirname(directory)) {
    try {
      const { bavail, bsize } = await statfs(directory);
      return bavail * bsize;
    } catch (error) {
      // A bucket's directory is made by its first put, on the disk of the directory above.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || directory === dirname(directory)) throw error;
    }
  }
}
