/** What is small and held in memory, as an answer: body and headers are built once. */
import { createHash } from 'node:crypto';
import type { Answer, Headers } from './answer.ts';
import type { Asked } from './asked.ts';
import type { Version } from './conditional.ts';
import { type Representation, select } from './select.ts';

export interface Small extends Representation {
  readonly body: Uint8Array;
  /** What is answered to whoever asks for nothing but all of it: nearly everybody. */
  readonly whole: Answer;
}

export function small({ body, etag, lastModified, headers }: Version & Pick<Small, 'body' | 'headers'>): Small {
  const representation = { etag, lastModified, headers, size: body.length };
  return { ...representation, body, whole: { ...select({}, representation).answer, body } };
}

/** A text of our own. @param lastModified when it became what it is; see Version. */
export function smallText(written: string | Uint8Array, headers: Headers, lastModified?: Date): Small {
  const body = Buffer.from(written);
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 27);
  return small({ body, etag: `"${digest}"`, lastModified, headers });
}

export function answerSmall(asked: Asked, held: Small): Answer {
  if (asked.range === undefined && asked.ifNoneMatch === undefined && asked.ifModifiedSince === undefined)
    return held.whole;
  const { answer, part } = select(asked, held);
  if (part === 'none') return answer;
  return { ...answer, body: part === 'whole' ? held.body : held.body.subarray(part.first, part.last + 1) };
}
