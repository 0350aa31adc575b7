/** What serve answers, before any wire: two adapters put it on one. */

/** Names in lower case. One record may serve many answers: nobody changes it. */
export type Headers = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** What is small, or bytes that the adapter streams as they come. Absent for HEAD, 304 and the like. */
  readonly body?: string | Uint8Array | Streamed;
}

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
  miss: 'public, max-age=30',
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

export function withoutBody({ status, headers }: Answer): Answer {
  return { status, headers };
}
