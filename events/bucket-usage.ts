/**
 * How much the public bucket holds: state `usage.json`. Publish writes it, under its lease, when there is a limit
 * (`MAX_BUCKET_BYTES`); copy reads it.
 */
import * as v from 'valibot';
import { count, parseJson, time } from './record.ts';

export interface BucketUsage {
  /** Of all objects: counted whole, and what has come since. Rather too much than too little. */
  readonly bytes: number;
  /** Objects, and when they were counted: the end of the last whole count. */
  readonly objects: number;
  readonly countedAt: string;
  /** What was staged before that is in it. */
  readonly at: string;
}

export const USAGE_KEY = 'usage.json';

const schema = v.object({ bytes: count, objects: count, countedAt: time, at: time });

export const formatBucketUsage = (usage: BucketUsage): string => `${JSON.stringify(usage, null, 1)}\n`;
export const parseBucketUsage = (text: string): BucketUsage =>
  parseJson('a record of what a bucket holds', schema, text);
