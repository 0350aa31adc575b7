/** What a test needs to call a handler as Lambda does. */
import { readFile } from 'node:fs/promises';
import type { Context } from 'aws-lambda';

/** A whole event of `events/samples/`. */
export const sample = async <T>(name: string): Promise<T> =>
  JSON.parse(await readFile(new URL(`../../events/samples/${name}.json`, import.meta.url), 'utf8')) as T;

export function contextWith(remainingMs: number): Context {
  const ends = Date.now() + remainingMs;
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName: 'test',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:test',
    memoryLimitInMB: '1024',
    awsRequestId: '7c1c1c3c-0000-4000-8000-000000000000',
    logGroupName: 'test',
    logStreamName: 'test',
    getRemainingTimeInMillis: () => ends - Date.now(),
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}
