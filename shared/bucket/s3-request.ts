/** The parts of requests that single puts and uploads in parts have in common. */
import type { Condition, Metadata } from './bucket.ts';

export interface PutRequest extends Conditional, Described {
  readonly Bucket: string;
  readonly Key: string;
}

/** How S3 keeps metadata: as headers of its own, but for the one that HTTP clients must be told as it is. */
export interface Described {
  readonly Metadata?: Record<string, string> | undefined;
  readonly ContentEncoding?: string | undefined;
}

const ENCODING = 'content-encoding';

export function headersFor({ [ENCODING]: encoding, ...others }: Metadata): Described {
  return { Metadata: others, ...(encoding ? { ContentEncoding: encoding } : {}) };
}

export const metadataIn = ({ Metadata, ContentEncoding }: Described): Metadata => ({
  ...Metadata,
  ...(ContentEncoding ? { [ENCODING]: ContentEncoding } : {}),
});

export interface Conditional {
  readonly IfNoneMatch?: string;
  readonly IfMatch?: string;
}

export function conditionOf(only: Condition | undefined): Conditional {
  if (!only) return {};
  return 'ifMatch' in only ? { IfMatch: only.ifMatch } : { IfNoneMatch: only.ifNoneMatch };
}
