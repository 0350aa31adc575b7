/** What the file system says about an object's file: only a regular file is an object, all else is nobody's. */
import { type BigIntStats, lstatSync } from 'node:fs';
import { lstat } from 'node:fs/promises';

export interface Status {
  /** Bytes. */
  readonly size: number;
  /** Nanoseconds since 1970. */
  readonly modified: bigint;
  readonly etag: string;
}

export const statusOf = (path: string): Promise<Status | undefined> =>
  lstat(path, { bigint: true }).then(statusFrom, ifNotThere);

/** The same at once, for what happens under the lock. */
export function statusNow(path: string): Status | undefined {
  try {
    return statusFrom(lstatSync(path, { bigint: true }));
  } catch (error) {
    return ifNotThere(error);
  }
}

/**
 * The etag is strong: inode, size and time of modification together name one object of all that a key ever had. An object
 * and the one that replaces it are two files at that moment, so their inodes differ. An inode can come back with the
 * object after that, but the stamp cannot: we set it to the microsecond (`stamp`), as the kernel's own are as coarse as
 * 4 ms, and a file takes longer than that to write. Compared under the lock, it is still the object when the rename comes.
 */
export function statusFrom(stats: BigIntStats): Status | undefined {
  if (!stats.isFile()) return undefined;
  const { ino, size, mtimeNs } = stats;
  const etag = `"${[ino, size, mtimeNs].map((part) => part.toString(36)).join('-')}"`;
  return { size: Number(size), modified: mtimeNs, etag };
}

/** Now, in seconds since 1970, with the microseconds that the wall clock does not tell taken from the running one. */
export const stamp = (): number => Date.now() / 1e3 + (Number(process.hrtime.bigint() / 1000n) % 1e3) / 1e6;

/** No such file, or a file where a directory would have to be: there is nothing under that name. */
export function ifNotThere(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
}
