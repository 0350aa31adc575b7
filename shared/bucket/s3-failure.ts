/** What S3's refusals mean, and how they are told: bucket, operation and answer in one line. */
import { S3ServiceException } from '@aws-sdk/client-s3';
import { BucketFailed, BucketFull, CopycatError, type Facts } from '../errors.ts';
import { type Scope, scopeOfAnswer } from './scope.ts';

const MISSING: ReadonlySet<string> = new Set(['NoSuchKey', 'NotFound']);
/** 409 is AWS's word for two conditional writes at the same time. */
const CONFLICTS: ReadonlySet<string> = new Set(['PreconditionFailed', 'ConditionalRequestConflict']);

export const isMissing = (error: unknown): boolean => error instanceof S3ServiceException && MISSING.has(error.name);

export const isConflict = (error: unknown): boolean =>
  error instanceof S3ServiceException && (CONFLICTS.has(error.name) || error.$metadata.httpStatusCode === 412);

/** S3's own code and status, or what went wrong on the way: never its message, which may repeat a signature. */
export function answerOf(error: unknown): string {
  if (error instanceof S3ServiceException) {
    const status = error.$metadata.httpStatusCode;
    return status === undefined ? error.name : `${error.name} (${status})`;
  }
  const { code, name, errors } = error as { code?: unknown; name?: unknown; errors?: readonly unknown[] };
  if (typeof code === 'string') return code;
  if (errors?.length) return answerOf(errors[0]); // one for each address that was tried
  return typeof name === 'string' ? name : 'unknown';
}

const scopeOf = (error: unknown): Scope =>
  error instanceof S3ServiceException
    ? scopeOfAnswer(error.name, error.$metadata.httpStatusCode)
    : scopeOfAnswer(answerOf(error), undefined);

/** Makes the error that a port throws. What is an error of ours already stays, and so does the reason of the signal. */
export const failedOn =
  (bucket: string) =>
  (operation: string, key: string, error: unknown, signal?: AbortSignal): unknown => {
    if (error instanceof CopycatError) return error;
    if (signal?.aborted) return signal.reason;
    const answer = answerOf(error);
    const scope = scopeOf(error);
    const facts: Facts = { bucket, operation, key, answer, scope };
    const Failure = scope === 'room' ? BucketFull : BucketFailed;
    return new Failure(`${bucket} did not ${operation} ${key}: ${answer}`, facts);
  };
