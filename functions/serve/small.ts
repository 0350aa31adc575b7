/** What is small and held in memory, as an answer: body and headers are built once. */
import { createHash } from 'node:crypto';
import type { About, Answer, Headers } from './answer.ts';
import type { Asked } from './asked.ts';
import type { Version } from './conditional.ts';
import { type Representation, select } from './select.ts';

export interface Small extends Representation {
  readonly body: Uint8Array;
  readonly about: About | undefined;
  /** What is answered to whoever asks for nothing but all of it: nearly everybody. */
  readonly whole: Answer;
}

export function small({
  body,
  etag,
  lastModified,
  headers,
  about,
}: Version & Pick<Small, 'body' | 'headers'> & { readonly about?: About | undefined }): Small {
  const representation = { etag, lastModified, headers, size: body.length };
  return { ...representation, body, about, whole: { ...select({}, representation).answer, body, about } };
}

/** A text of our own. @param lastModified when it became what it is; see Version. */
export function smallText(written: string | Uint8Array, headers: Headers, lastModified?: Date, about?: About): Small {
  const body = Buffer.from(written);
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 27);
  return small({ body, etag: `"${digest}"`, lastModified, headers, about });
}

export function answerSmall(asked: Asked, held: Small): Answer {
  if (asked.range === undefined && asked.ifNoneMatch === undefined && asked.ifModifiedSince === undefined)
    return held.whole;
  const { answer: selected, part } = select(asked, held);
  const answer = { ...selected, about: held.about };
  if (part === 'none') return answer;
  return { ...answer, body: part === 'whole' ? held.body : held.body.subarray(part.first, part.last + 1) };
}
