/** What the file system says, as one of our errors. */
import { BucketFailed, BucketFull, CopycatError } from '../errors.ts';
import { scopeOfErrno } from './scope.ts';

/** Throws what a promise was rejected with, as a `BucketFailed` where it is the file system's. */
export type Failed = (cause: unknown) => never;

/**
 * EACCES, ENOTDIR and the like become BucketFailed, ENOSPC and EDQUOT BucketFull; a BucketFailed from deeper down learns
 * which bucket, operation and key it was. All else passes as it is: other errors of ours, the signal's reason, a bug.
 */
export function failedTo(operation: string, bucket: string, key: string): Failed {
  return (cause) => {
    const facts = { bucket, operation, key };
    if (cause instanceof BucketFull) throw cause;
    if (cause instanceof BucketFailed) throw new BucketFailed(cause.message, { ...facts, ...cause.facts }, cause.cause);
    const { code, errno } = cause as NodeJS.ErrnoException;
    const isSystems = errno !== undefined || code === 'ERR_SQLITE_ERROR'; // the lock's
    if (cause instanceof CopycatError || !isSystems) throw cause;
    const scope = scopeOfErrno(code ?? '');
    const Failure = scope === 'room' ? BucketFull : BucketFailed;
    throw new Failure(`could not ${operation} ${key} in ${bucket}`, { ...facts, code, scope }, cause);
  };
}
