/** The parts of requests that single puts and uploads in parts have in common. */
import type { Condition } from './bucket.ts';

export interface PutRequest extends Conditional {
  readonly Bucket: string;
  readonly Key: string;
  readonly Metadata: Record<string, string>;
}

export interface Conditional {
  readonly IfNoneMatch?: string;
  readonly IfMatch?: string;
}

export function conditionOf(only: Condition | undefined): Conditional {
  if (!only) return {};
  return 'ifMatch' in only ? { IfMatch: only.ifMatch } : { IfNoneMatch: only.ifNoneMatch };
}
