/**
 * A dead letter as an operator looks at it: the message, and what shared/queue/sqs.ts wrote on it when it was buried. One that SQS itself
 * moved there, by its count of receives, has nothing written on it.
 */
import type { Message } from '@aws-sdk/client-sqs';
import { parseCopyRequested } from '../../events/copy-requested.ts';
import { readable } from '../../events/record.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';

export interface Letter {
  /** To answer the queue with. */
  readonly message: Message;
  readonly body: string;
  readonly code: string;
  readonly reason: string;
  /** When it was buried. */
  readonly at: Date;
  /** The store path that it is about, when it is about one. */
  readonly hash: StorePathHash | undefined;
  /** Whether its stage could do something with it: one that could not would be buried again at once. */
  readonly readable: boolean;
}

/** What stands for the code of a letter that has none. */
export const NO_CODE = 'NO_WORD';
const NO_REASON = 'died without a word: it was received too often';

export function letterOf(stage: string, message: Message): Letter {
  const { Body: body = '', Attributes: { SentTimestamp: sent } = {}, MessageAttributes: written = {} } = message;
  const request = readable(parseCopyRequested, body);
  const at = new Date(written['buried-at']?.StringValue ?? Number(sent));
  return {
    message,
    body,
    code: written.code?.StringValue ?? NO_CODE,
    reason: written.reason?.StringValue ?? NO_REASON,
    at: Number.isNaN(at.getTime()) ? new Date(0) : at,
    hash: request?.hash,
    readable: stage === 'copy' ? request !== undefined : isJsonObject(body),
  };
}

/** Whatever a stage takes is a JSON object. */
function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
