/** What serve answers, before any wire: two adapters put it on one. */
import type { CacheResult } from '../../events/request-record.ts';
import type { ErrorDescription } from '../../shared/errors.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';

/** Names in lower case. One record may serve many answers: nobody changes it. */
export type Headers = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** What is small, or bytes that the adapter streams as they come. Absent for HEAD, 304 and the like. */
  readonly body?: string | Uint8Array | Streamed;
  /** For the record of the request alone: it goes on no wire. */
  readonly about?: About | undefined;
}

/** What nobody sees from outside of an answer. What is not said follows from the status (request-record-of.ts). */
export interface About {
  readonly cache?: CacheResult;
  /** The store path that is given, as far as it is known. Never one that is not here. */
  readonly given?: Given | undefined;
  /** Of a redirect: the bytes that it stands for. */
  readonly promised?: number;
  /** As trouble.ts says it. */
  readonly trouble?: Trouble;
}

/** A store path; of some things only the hash is known. */
export interface Given {
  readonly hash: StorePathHash;
  readonly name?: string;
}

export type Trouble = Pick<ErrorDescription, 'code' | 'message'>;

/** May break off: then the adapter breaks the connection, for a short body would be taken for a whole one. */
export interface Streamed {
  readonly stream: AsyncIterable<Uint8Array>;
  /** Lets go of all that it holds, at once. To be called by who does not read it to its end. */
  readonly cancel?: (() => void) | undefined;
}

/** Long for what never changes, short for what may come soon, not at all for what went wrong. */
export const CACHE = {
  forever: 'public, max-age=31536000, immutable',
  day: 'public, max-age=86400',
  hour: 'public, max-age=3600',
  minute: 'public, max-age=60',
  fiveMinutes: 'public, max-age=300',
  miss: 'public, max-age=30',
  /** Of pages and data that change with the minute, and that an old copy is better than none of. */
  page: 'public, max-age=60, s-maxage=300, stale-while-revalidate=600, stale-if-error=86400',
  /** Of what changes any moment, or was said while a part of us is away. */
  briefly: 'public, max-age=10',
  never: 'no-store',
} as const;

export function text(status: number, body: string, headers: Headers = {}): Answer {
  return {
    status,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      ...headers,
    },
    body,
  };
}

/** As cache.nixos.org has it. May come soon: a client remembers it for an hour anyway, a shared cache should not add much. */
export const notFound: Answer = text(404, '404', { 'cache-control': CACHE.miss });

/** For a narinfo that can't be looked up now: Nix up to 2.31 gives up the user's whole command on a 5xx. */
export const notFoundNow: Answer = text(404, '404', { 'cache-control': CACHE.never });

const RETRY_SECONDS = 10;

/** For all else that can't be had now. */
export const notNow = (why: string): Answer =>
  text(503, why, { 'cache-control': CACHE.never, 'retry-after': String(RETRY_SECONDS) });

export const failed: Answer = text(500, 'this is our fault; it has been logged', { 'cache-control': CACHE.never });

export const redirect = (location: string, headers: Headers = {}): Answer =>
  text(302, '', { location, 'cache-control': CACHE.never, ...headers });

export const withHeaders = (answer: Answer, headers: Headers): Answer => ({
  ...answer,
  headers: { ...answer.headers, ...headers },
});

export const withAbout = (answer: Answer, about: About): Answer => ({
  ...answer,
  about: { ...answer.about, ...about },
});

/** What is answered because something went wrong, a 404 perhaps. */
export const becauseOf = (trouble: Trouble, answer: Answer): Answer => withAbout(answer, { cache: 'error', trouble });

export function withoutBody({ status, headers, about }: Answer): Answer {
  return about === undefined ? { status, headers } : { status, headers, about };
}

/** Of what is not streamed. */
export const sizeOf = (body: string | Uint8Array | undefined): number =>
  body === undefined ? 0 : Buffer.byteLength(body);

export const isStreamed = (body: Answer['body']): body is Streamed =>
  body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array);
