/**
 * A body that goes on where it broke off: its reader sees one unbroken body. What is asked for again is the rest alone
 * (`Range`), and only while it is still the same object (`If-Range` with its strong ETag, RFC 9110, 13.1.5 and 14.2).
 *
 * Between a break and the next answer no place of the client's is held, so others go first while upstream is in trouble.
 */
import { setTimeout as sleepFor } from 'node:timers/promises';
import { UpstreamFailed } from '../errors.ts';
import { whereIs } from './addresses.ts';
import type { HttpAnswer, HttpClient } from './http-client.ts';
import { planRetry } from './retry.ts';

export interface ResumeDeps {
  /** It waits and asks again by itself when there is no answer, and keeps `Retry-After`. */
  readonly client: Pick<HttpClient, 'request'>;
  /** The clock and the dice, for tests. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  readonly random?: () => number;
}

export interface Broken {
  /** What was asked for first: a redirect is followed anew, as addresses that it leads to may expire. */
  readonly url: string;
  /** Of a 200. */
  readonly answer: HttpAnswer;
  readonly signal: AbortSignal;
}

/** Breaks in a row, each after less than `PROGRESS_BYTES`, that are borne. */
const MOST_FRUITLESS = 5;
/** Less than this is no progress: an upstream that cuts after every byte is not asked once for each. */
const PROGRESS_BYTES = 64 * 1024;

/**
 * The body of an answer, whole. An answer without a length, `Accept-Ranges: bytes` or a strong ETag gives its own body.
 * @throws {UpstreamFailed} from the body: too many breaks in a row, or the rest is not what was begun.
 */
export function resumedBody({ url, answer, signal }: Broken, deps: ResumeDeps): AsyncIterable<Uint8Array> {
  const { client, sleep = (ms, until) => sleepFor(ms, undefined, { signal: until }), random = Math.random } = deps;
  const object = resumableIn(answer);
  return object ? { [Symbol.asyncIterator]: () => follow(object) } : answer.body;

  function follow({ etag, total }: Resumable): AsyncIterator<Uint8Array, undefined> {
    let part = answer.body[Symbol.asyncIterator]();
    let at = 0;
    let progressAt = 0;
    let fruitless = 0;

    async function next(): Promise<IteratorResult<Uint8Array, undefined>> {
      for (;;) {
        const chunk = await nextOf(part).catch(resume);
        if (!chunk) continue;
        if (chunk.done) return { done: true, value: undefined };
        at += chunk.value.length;
        if (at > total) throw await refused(`sent more than the ${total} bytes it promised`);
        return chunk;
      }
    }

    /** A part that ends too early has broken off like any other, whatever its own Content-Length was. */
    async function nextOf(chunks: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array, undefined>> {
      const chunk = await chunks.next();
      if (chunk.done && at < total) throw failure(`ended after ${at} of ${total} bytes`);
      return chunk;
    }

    async function resume(broken: unknown): Promise<undefined> {
      if (signal.aborted || !(broken instanceof UpstreamFailed)) throw broken;
      fruitless = at - progressAt < PROGRESS_BYTES ? fruitless + 1 : 1;
      progressAt = at;
      const waitMs = planRetry({ attempt: fruitless }, MOST_FRUITLESS + 1, random());
      if (waitMs === undefined || at === total) throw broken;
      await part.return?.();
      await sleep(waitMs, signal).catch((error: unknown) => Promise.reject(signal.aborted ? signal.reason : error));
      const rest = await client.request({ url, headers: { range: `bytes=${at}-`, 'if-range': etag }, signal });
      part = rest.body[Symbol.asyncIterator]();
      const wrong = whyNotTheRest(rest, { etag, total }, at);
      if (wrong) throw await refused(wrong);
    }

    async function refused(reason: string): Promise<UpstreamFailed> {
      await part.return?.();
      return failure(reason);
    }

    return {
      next,
      async return() {
        await part.return?.();
        return { done: true, value: undefined };
      },
    };
  }

  function failure(reason: string): UpstreamFailed {
    const where = whereIs(new URL(url));
    return new UpstreamFailed(`GET ${where}: ${reason}`, { url: where, reason });
  }
}

interface Resumable {
  readonly etag: string;
  /** Bytes. */
  readonly total: number;
}

function resumableIn({ headers, contentLength: total }: HttpAnswer): Resumable | undefined {
  const etag = headers.etag?.trim() ?? '';
  const takesRanges = headers['accept-ranges']?.trim().toLowerCase() === 'bytes';
  return takesRanges && total !== undefined && /^"[!#-~]*"$/.test(etag) ? { etag, total } : undefined;
}

/** Why an answer is not the bytes from `at` on; a 206 need not repeat the ETag that it was asked for by. */
function whyNotTheRest({ status, headers }: HttpAnswer, { etag, total }: Resumable, at: number): string | undefined {
  if (status === 200) return 'is another object now, or takes no ranges after all';
  if (status !== 206) return `answered ${status} when asked for the rest`;
  if (headers.etag !== undefined && headers.etag.trim() !== etag) return 'is another object now';
  const [, first, , size] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/i.exec(headers['content-range'] ?? '') ?? [];
  if (Number(first) === at && Number(size) === total) return undefined;
  return `was asked for byte ${at} of ${total} on and answered with another range`;
}
