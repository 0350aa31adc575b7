/** What is wrong with a question, or with us, for programs (RFC 9457). */
import { type Answer, CACHE, type Headers } from './answer.ts';

/** @param detail for a person; never what was asked. @param more further members: `parameter`, where one is to blame. */
export function problem(
  status: number,
  title: string,
  detail: string,
  headers: Headers = {},
  more: Readonly<Record<string, string>> = {},
): Answer {
  const body = `${JSON.stringify({ type: 'about:blank', title, status, detail, ...more })}\n`;
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'content-length': String(Buffer.byteLength(body)),
      'cache-control': CACHE.never,
      ...headers,
    },
    body,
  };
}
