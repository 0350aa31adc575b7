/**
 * One attempt on the wire, over undici's pool: sends a request, waits for headers, and hands over the body of a success.
 * What other answers say is thrown away here: we never use it, and an unread body would hold its connection.
 */
import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Agent, type Dispatcher } from 'undici';

export interface Timeouts {
  /** Until a connection stands, TLS included. */
  readonly connectMs: number;
  /** From the request until the last header. */
  readonly headersMs: number;
  /** Without a byte of a body that is being read. */
  readonly stallMs: number;
}

export interface WireOptions {
  readonly userAgent: string;
  /** The most sockets per origin. */
  readonly connections: number;
  readonly timeouts: Timeouts;
}

export interface WireRequest {
  readonly url: URL;
  readonly method: 'GET' | 'HEAD';
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface WireAnswer {
  readonly status: number;
  /** Names in lower case; what came several times is joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of a GET that was answered with what was asked for: 200, or 206 to a range. The holder reads or destroys it. */
  readonly body?: Readable;
}

export interface Wire {
  /** @throws the signal's reason, or undici's and Node's own errors: see failure.ts for words. */
  send(request: WireRequest, signal: AbortSignal): Promise<WireAnswer>;
  /** Ends all connections, those in use too. */
  close(): Promise<void>;
}

/** A body that we throw away is read up to here, so that its connection lives on; beyond, the connection goes. */
const MOST_DISCARDED_BYTES = 64 * 1024;

export function openWire({ userAgent, connections, timeouts }: WireOptions): Wire {
  const agent = new Agent({
    connections,
    allowH2: false, // one stream, one socket: `connections` then bounds both, and no NAR slows another's window
    connect: { timeout: timeouts.connectMs },
    headersTimeout: timeouts.headersMs,
    bodyTimeout: 0, // body.ts watches
  });

  async function discard(body: Dispatcher.ResponseData['body'], signal: AbortSignal): Promise<void> {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(timeouts.stallMs)]);
    await body.dump({ limit: MOST_DISCARDED_BYTES, signal: patience }).catch(() => undefined);
    await nextTurn(); // as in body.ts: then the next request finds this connection
    signal.throwIfAborted();
  }

  return {
    async send({ url, method, headers }, signal) {
      const sent = agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers: { 'accept-encoding': 'identity', ...headers, 'user-agent': userAgent },
        signal,
      });
      const answer = await unlessAborted(sent, signal);
      const status = answer.statusCode;
      const said = { status, headers: joined(answer.headers) };
      const whatWasAsked = status === 200 || (status === 206 && headers.range !== undefined);
      if (method === 'GET' && whatWasAsked) return { ...said, body: answer.body };
      await discard(answer.body, signal);
      return said;
    },
    close: () => agent.destroy(),
  };
}

/** undici hears a signal only once the request is on a connection; we don't wait for that. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function joined(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}
