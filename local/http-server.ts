/** An HTTP server for strangers: what they send is bounded, and who is slow holds up nobody but himself. */
import { createServer, type RequestListener, type Server } from 'node:http';

export interface HttpLimits {
  /** From the first byte of a request to the end of its headers. */
  readonly headersMs: number;
  /** To its end. We read no bodies. */
  readonly requestMs: number;
  /** Between two requests of a connection. */
  readonly keepAliveMs: number;
  /** Without a byte in either direction: a client that reads nothing holds a socket and a file. */
  readonly idleMs: number;
  /** How often the first two are looked at. */
  readonly checkMs: number;
}

const LIMITS: HttpLimits = {
  headersMs: 15_000,
  requestMs: 30_000,
  keepAliveMs: 75_000, // longer than nginx keeps its own (60 s), so that it never meets a closed connection
  idleMs: 60_000,
  checkMs: 5_000,
};
/** All headers together, and the path with them. */
const MOST_HEADER_BYTES = 16_384;
/** Of one process: each is a file descriptor. */
const MOST_CONNECTIONS = 8_192;

export function createHttpServer(listener: RequestListener, limits: Partial<HttpLimits> = {}): Server {
  const { headersMs, requestMs, keepAliveMs, idleMs, checkMs } = { ...LIMITS, ...limits };
  const server = createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      keepAliveTimeout: keepAliveMs,
      connectionsCheckingInterval: checkMs,
      maxHeaderSize: MOST_HEADER_BYTES,
      optimizeEmptyRequests: true,
    },
    listener,
  );
  server.setTimeout(idleMs);
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}
