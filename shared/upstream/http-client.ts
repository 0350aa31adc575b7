/**
 * The polite reader of upstream: identified, bounded, patient, and only ever at the configured origins.
 *
 * At most `connections` requests are under way at once, retries and their waits included, so that a server in trouble
 * gets less to do and not more. A request lasts until its body is read or left: who holds one body while asking for the
 * next holds two places.
 */
import type { Readable } from 'node:stream';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { UpstreamFailed } from '../errors.ts';
import { type Log, silentLog } from '../log.ts';
import { parseOrigins, requireOurs, whereIs } from './addresses.ts';
import { type Answered, type AttemptsDeps, askUntilAnswered } from './attempts.ts';
import { type BodyWatch, noBody, watchBody } from './body.ts';
import type { BreakerStore } from './breaker-record.ts';
import { reasonOf } from './failure.ts';
import { guardedWire } from './guarded-wire.ts';
import { isRedirect, nextAddress } from './redirects.ts';
import { createSlots } from './slots.ts';
import { createThrottle, throttled } from './throttle.ts';
import { openWire, type Timeouts, type WireRequest } from './wire.ts';

export interface HttpClientOptions {
  /** See user-agent.ts. */
  readonly userAgent: string;
  /** Addresses whose origins may be fetched, redirects included. */
  readonly origins: readonly string[];
  /** The most requests under way, and the most sockets per origin. Default 20. */
  readonly connections?: number;
  /** Default 10 s to connect, 30 s to the headers, 30 s without a byte. */
  readonly timeouts?: Timeouts;
  /** How often one address is tried. Default 4. */
  readonly attempts?: number;
  /** Where all processes note together that a host is down; see breaker.ts. Default none: each request finds out by itself. */
  readonly breakerStore?: BreakerStore | undefined;
  /** The most bytes of all bodies together in a second. Default unbounded. */
  readonly bytesPerSecond?: number | undefined;
  readonly log?: Log;
  /** The clock and the dice, for tests. */
  readonly now?: AttemptsDeps['now'];
  readonly sleep?: AttemptsDeps['sleep'];
  readonly random?: AttemptsDeps['random'];
}

export interface HttpRequest {
  readonly url: string;
  /** Default GET. */
  readonly method?: 'GET' | 'HEAD';
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default true; else a redirect is an answer like any other. */
  readonly follow?: boolean;
  /** Bounds everything: the wait for a place, the attempts, the reading of the body. */
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where the answer came from, redirects followed. */
  readonly url: string;
  /** Bytes, as its header says. */
  readonly contentLength?: number;
  /**
   * The bytes of a 200, or of a 206 to a range, as sent and not decoded; of all other answers nothing. Read it to the end or
   * leave the loop: one that nobody starts to read is let go after the stall timeout.
   * @throws {UpstreamFailed} when it breaks off or stalls; asking again is up to the caller.
   */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface HttpClient {
  /**
   * Asks until there is an answer that asking again would not change: any status but 408, 429, 500, 502, 503 and 504.
   * @throws {UpstreamFailed} after the last attempt; facts: url, attempts, reason, and status and retryAfterMs if known.
   * @throws {NotOurUpstream} for an address or a redirect outside the configured origins.
   * @throws the signal's reason.
   */
  request(request: HttpRequest): Promise<HttpAnswer>;
  /** Ends all connections, those in use too. */
  close(): Promise<void>;
}

const DEFAULT_TIMEOUTS: Timeouts = { connectMs: 10_000, headersMs: 30_000, stallMs: 30_000 };

/** @throws {InvalidConfig} for an origin that is no http or https address, or that holds credentials. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { userAgent, connections = 20, timeouts = DEFAULT_TIMEOUTS } = options;
  const origins = parseOrigins(options.origins);
  const slots = createSlots(connections);
  const wire = openWire({ userAgent, connections, timeouts });
  const { now = Date.now, log = silentLog, breakerStore: store, bytesPerSecond } = options;
  const throttle = bytesPerSecond === undefined ? undefined : createThrottle({ bytesPerSecond });
  const deps: AttemptsDeps = {
    wire: store ? guardedWire(wire, { store, now, log }) : wire,
    attempts: options.attempts ?? 4,
    now,
    sleep: options.sleep ?? ((ms, signal) => sleepFor(ms, undefined, { signal })),
    random: options.random ?? Math.random,
    log,
  };

  function watch(body: Readable, watching: Omit<BodyWatch, 'stallMs'>): AsyncIterable<Uint8Array> {
    const watched = watchBody(body, { stallMs: timeouts.stallMs, ...watching });
    return throttle ? throttled(watched, throttle, watching.signal) : watched;
  }

  /** From address to address, as far as it leads. */
  async function follow(first: WireRequest, onward: boolean, signal: AbortSignal): Promise<Answered & { url: URL }> {
    const trail: [URL, ...URL[]] = [first.url];
    for (let url = first.url; ; trail.push(url)) {
      const answered = await askUntilAnswered({ ...first, url }, deps, signal);
      if (!onward || !isRedirect(answered.answer.status)) return { ...answered, url };
      url = nextAddress(trail, answered.answer.headers.location, origins);
    }
  }

  function open({ answer, attempt, url }: Answered & { url: URL }, signal: AbortSignal, leave: () => void): HttpAnswer {
    const { status, headers, body } = answer;
    if (!body) leave();
    const failed = (cause: unknown, bytes: number) => {
      const [where, reason] = [whereIs(url), `${reasonOf(cause)} after ${bytes} bytes`];
      return new UpstreamFailed(`GET ${where}: ${reason}`, { url: where, status, attempts: attempt, reason }, cause);
    };
    return {
      status,
      headers,
      url: url.href,
      ...contentLengthIn(headers),
      body: body ? watch(body, { signal, failed, over: leave }) : noBody,
    };
  }

  return {
    async request({ url, method = 'GET', headers = {}, follow: onward = true, signal }) {
      const first = new URL(url);
      requireOurs(first, origins);
      const leave = await slots.take(signal);
      try {
        return open(await follow({ url: first, method, headers }, onward, signal), signal, leave);
      } catch (error) {
        leave();
        throw error;
      }
    },
    close: () => wire.close(),
  };
}

function contentLengthIn(headers: Readonly<Record<string, string>>): { contentLength?: number } {
  const text = headers['content-length'] ?? '';
  return /^\d{1,15}$/.test(text) ? { contentLength: Number(text) } : {};
}
