/**
 * serve: answers one request. It speaks neither Lambda nor node:http: two thin adapters put the answer on a wire.
 *
 * It never throws. A narinfo that can't be looked up is a 404: Nix up to 2.31 gives up the user's whole command on a 5xx,
 * while a 404 only sends it to the next substituter.
 */
import { type Bucket, bytesOf, type StoredObject } from '../../shared/bucket/bucket.ts';
import { BucketFailed, describeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import { CACHE_INFO_KEY, cacheObject } from '../../shared/nix/cache-object.ts';
import { isMatch } from './if-none-match.ts';
import { requestedRange } from './range.ts';

/** The few things of a request that we look at: an address that never gets in can't get out. */
export interface Asked {
  readonly method: string;
  /** The raw path, without the query. */
  readonly path: string;
  readonly range?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** What is small, or (a part of) an object that the adapter streams. Absent for HEAD, 304 and the like. */
  readonly body?: string | Uint8Array | Pick<StoredObject, 'body'>;
}

export interface ServeDeps {
  readonly bucket: Pick<Bucket, 'name' | 'head' | 'get'>;
  /** The text of `nix-cache-info`. */
  readonly cacheInfo: string;
  readonly log: Log;
}

const LOOKUP_MS = 10_000;

export async function respond(asked: Asked, deps: ServeDeps): Promise<Answer> {
  const answer = await answerGet(asked, deps);
  if (asked.method !== 'HEAD') return answer;
  const { status, headers } = answer;
  return { status, headers };
}

async function answerGet(asked: Asked, deps: ServeDeps): Promise<Answer> {
  if (asked.method !== 'GET' && asked.method !== 'HEAD') return text(405, 'method not allowed', { allow: 'GET, HEAD' });
  if (asked.path === '/healthz') return health(deps);
  const object = cacheObject(asked.path);
  switch (object?.kind) {
    case 'nix-cache-info':
      return text(200, deps.cacheInfo, { 'content-type': 'text/x-nix-cache-info', 'cache-control': 'max-age=3600' });
    case 'narinfo':
      return inTime(readWhole(stored(asked, object.key, NARINFO, deps))).catch((error) => {
        deps.log.warn('narinfo.not-looked-up', { error: describeError(error) });
        return text(404, '404', { 'cache-control': 'no-store' });
      });
    case 'nar':
      return stored(asked, object.key, NAR, deps).catch((error) => {
        deps.log.warn('nar.not-looked-up', { error: describeError(error) });
        return text(503, 'the storage does not answer', { 'cache-control': 'no-store', 'retry-after': '30' });
      });
    default:
      return notFound;
  }
}

const NARINFO = { 'content-type': 'text/x-nix-narinfo', 'cache-control': 'public, max-age=86400' };
/** `Accept-Ranges` on every answer, the 206 too: Nix resumes a NAR that broke only where it saw it. */
const NAR = {
  'content-type': 'application/x-nix-nar',
  'cache-control': 'public, max-age=31536000, immutable',
  'accept-ranges': 'bytes',
};

const text = (status: number, body: string, headers: Answer['headers'] = {}): Answer => ({
  status,
  headers: {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  },
  body,
});

const notFound = text(404, '404', { 'cache-control': 'public, max-age=30' });

async function stored(asked: Asked, key: string, headers: Answer['headers'], { bucket }: ServeDeps): Promise<Answer> {
  const signal = AbortSignal.timeout(LOOKUP_MS);
  const head = await bucket.head(key, signal);
  if (!head) return notFound;
  const tagged = { ...headers, etag: head.etag, 'last-modified': head.lastModified.toUTCString() };
  if (isMatch(asked.ifNoneMatch, head.etag)) return { status: 304, headers: tagged };
  const range = requestedRange(asked.range, head.size);
  if (range === 'unsatisfiable') {
    return text(416, 'no such range', { 'content-range': `bytes */${head.size}`, 'cache-control': 'no-store' });
  }
  const whole = range === 'whole';
  const length = whole ? head.size : range.last - range.first + 1;
  const sized = { ...tagged, 'content-length': String(length) };
  const ranged = whole ? sized : { ...sized, 'content-range': `bytes ${range.first}-${range.last}/${head.size}` };
  const status = whole ? 200 : 206;
  if (asked.method === 'HEAD') return { status, headers: ranged };
  const object = await inTime(bucket.get(key, whole ? {} : { range }));
  return object?.etag === head.etag ? { status, headers: ranged, body: object } : notFound;
}

/** A lookup that hangs is one that failed. What a client reads afterwards takes as long as the client does. */
async function inTime<T>(lookup: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new BucketFailed('the storage does not answer', { waited_ms: LOOKUP_MS })),
    LOOKUP_MS,
  );
  try {
    return await Promise.race([lookup, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What breaks off while it is read could not be looked up either. Only for what is small. */
async function readWhole(answering: Promise<Answer>): Promise<Answer> {
  const answer = await answering;
  const { body } = answer;
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) return answer;
  return { ...answer, body: await bytesOf(body.body) };
}

async function health({ bucket, log }: ServeDeps): Promise<Answer> {
  try {
    await bucket.head(CACHE_INFO_KEY, AbortSignal.timeout(2_000));
    return text(200, 'ok\n', { 'cache-control': 'no-store' });
  } catch (error) {
    log.warn('health.bucket', { error: describeError(error) });
    return text(503, 'the storage does not answer\n', { 'cache-control': 'no-store' });
  }
}
