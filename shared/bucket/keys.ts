/**
 * Keys for both buckets, where who a process is does not open them: on Lambda AWS's own variables are the role's, and MinIO knows no
 * roles. Without them the SDK looks where it always does. They are never shown.
 */
import { optional, text } from '../config/readers.ts';
import { InvalidConfig } from '../errors.ts';

export const BUCKET_KEYS = {
  BUCKET_ACCESS_KEY_ID: optional(text()),
  BUCKET_SECRET_ACCESS_KEY: optional(text()),
};

export type BucketKeys = { readonly [K in keyof typeof BUCKET_KEYS]: string | undefined };

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** @returns undefined when there are none. @throws {InvalidConfig} for one without the other. */
export function credentialsOf(keys: Partial<BucketKeys>): Credentials | undefined {
  const { BUCKET_ACCESS_KEY_ID: accessKeyId, BUCKET_SECRET_ACCESS_KEY: secretAccessKey } = keys;
  if (accessKeyId !== undefined && secretAccessKey !== undefined) return { accessKeyId, secretAccessKey };
  if (accessKeyId === secretAccessKey) return undefined;
  const lacking = accessKeyId === undefined ? 'BUCKET_ACCESS_KEY_ID' : 'BUCKET_SECRET_ACCESS_KEY';
  throw new InvalidConfig([`${lacking} is not set, and neither key is of use without the other`]);
}
