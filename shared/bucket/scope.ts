/**
 * Whose failure it is: that of one object, or of the bucket as a whole. Pure, and the one place that decides it.
 *
 * It decides on suspicion: a refusal may be meant for one key, and a connection may break under one body. So what is called the
 * bucket's here is confirmed by a probe (probe.ts) before anything stands still for it.
 */

/** `room`: there is none left. `bucket`: gone, read-only, wrongly keyed, or without an answer. `object`: all else. */
export type Scope = 'room' | 'bucket' | 'object';

/** MinIO's words for a disk and a quota that are full; AWS has none. */
const S3_FULL: ReadonlySet<string> = new Set(['XMinioStorageFull', 'XMinioAdminBucketQuotaExceeded']);
/** Refusals by their names: MinIO and AWS answer some of these with 400. */
const S3_REFUSED: ReadonlySet<string> = new Set([
  'NoSuchBucket',
  'AuthorizationHeaderMalformed',
  'ExpiredToken',
  'InvalidToken',
  'PermanentRedirect',
]);

/** @param status undefined when no answer came: the connection was refused or broke, or the time was over. */
export function scopeOfAnswer(code: string, status: number | undefined): Scope {
  if (S3_FULL.has(code) || status === 507) return 'room';
  if (status === undefined || status >= 500 || status === 429) return 'bucket';
  return status === 401 || status === 403 || S3_REFUSED.has(code) ? 'bucket' : 'object';
}

const DISK_FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);
const DISK_REFUSES: ReadonlySet<string> = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'EIO',
  'ENODEV',
  'ENOTCONN', // a network's file system
  'ENOTDIR',
  'ERR_SQLITE_ERROR', // the lock's file
]);

/** @param code of the file system, or of the lock in it */
export function scopeOfErrno(code: string): Scope {
  if (DISK_FULL.has(code)) return 'room';
  return DISK_REFUSES.has(code) ? 'bucket' : 'object';
}
