/** serve on one machine: `respond` behind node:http, objects streamed from the bucket. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type Answer, becauseOf, isStreamed, notNow } from './answer.ts';
import { type Asked, askedOf } from './asked.ts';
import { askerOf } from './client-of.ts';
import { complete } from './common-headers.ts';
import { readServeConfig, type ServeConfig } from './config.ts';
import { hasToken } from './metrics-token.ts';
import { mirrorUrlOf } from './mirror-url.ts';
import { openServe } from './open.ts';
import { pump } from './pump.ts';
import { createRequestLog, type Exchange } from './request-log.ts';
import { respond, type ServeDeps } from './respond.ts';
import { troubleOf } from './trouble.ts';
import { type TrustedProxies, trustedProxies } from './trusted-proxies.ts';

export interface ListenerOptions {
  readonly deps: ServeDeps;
  readonly config: Pick<ServeConfig, 'HOST' | 'PORT' | 'PUBLIC_URL' | 'TRUST_PROXY'> &
    Partial<Pick<ServeConfig, 'COUNTRY_HEADER' | 'METRICS_TOKEN'>>;
  /** Bodies that are streamed at once. Default MOST_STREAMS; for tests. */
  readonly mostStreams?: number;
}

/** Each holds a file and two buffers; more than that is no use on one machine. */
const MOST_STREAMS = 1_024;

const full = becauseOf(
  { code: 'OVERLOADED', message: 'too many downloads at once' },
  notNow('too many downloads at once; please try again'),
);

export function createRequestListener(
  { deps, config, mostStreams = MOST_STREAMS }: ListenerOptions = openFromEnvironment(),
): RequestListener {
  const proxies = trustedProxies(config.TRUST_PROXY);
  const requests = createRequestLog(deps);
  let streams = 0;

  async function send(answer: Answer, response: ServerResponse, exchange: Exchange): Promise<void> {
    const { status, headers, body } = answer;
    if (!isStreamed(body)) {
      exchange.answered(answer);
      response.writeHead(status, complete(headers)).end(body);
      return;
    }
    if (streams >= mostStreams) {
      body.cancel?.();
      return send(full, response, exchange);
    }
    exchange.answered(answer);
    streams += 1;
    try {
      response.strictContentLength = true; // the length was promised before the body was seen
      response.writeHead(status, complete(headers));
      await pump(body, response, exchange);
    } finally {
      streams -= 1;
    }
  }

  return (request, response) => {
    const arrivedAt = requests.now();
    if (hasBody(request)) response.shouldKeepAlive = false; // nobody reads it
    if (!isInTurn(request)) return;
    const asked = fromNode(request, proxies, config);
    const exchange = requests.begin(asked, arrivedAt);
    // Comes once, also for one that still waits for those before it when the client goes away.
    response.once('close', () => {
      isOver(request);
      exchange.ended(response.writableFinished);
    });
    exchange.waits
      .within(() => respond(asked, deps))
      .then((answer) => send(answer, response, exchange))
      .catch((error: unknown) => {
        // The client went away, or an object broke off: a connection that ends early is seen by Nix, a short body is not.
        deps.log.debug('answer.cut', { error: troubleOf(error) });
        request.socket.resetAndDestroy(); // an ordinary end is what HTTP/1.0 takes for the end of a body
      });
  };
}

/** Requests of one connection that are answered at once: each may hold a file, and they are sent one after the other anyway. */
const MOST_PIPELINED = 8;
const underWay = new WeakMap<Socket, number>();

/** Nobody but a test or an attacker sends more. */
function isInTurn({ socket }: IncomingMessage): boolean {
  const count = (underWay.get(socket) ?? 0) + 1;
  if (count > MOST_PIPELINED) {
    socket.destroy();
    return false;
  }
  underWay.set(socket, count);
  return true;
}

const isOver = ({ socket }: IncomingMessage): unknown => underWay.set(socket, (underWay.get(socket) ?? 1) - 1);

function openFromEnvironment(): ListenerOptions {
  const config = readServeConfig();
  return { deps: openServe(config), config };
}

function fromNode(
  { method = 'GET', url = '/', headers, socket }: IncomingMessage,
  proxies: TrustedProxies,
  { PUBLIC_URL: publicUrl, HOST, PORT, COUNTRY_HEADER, METRICS_TOKEN }: ListenerOptions['config'],
): Asked {
  const arrived = { encrypted: (socket as Partial<TLSSocket>).encrypted === true, host: headers.host };
  const listening = `http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${PORT}`;
  const said = (name: string | undefined) => (name === undefined ? undefined : oneLine(headers[name]));
  const trusted = proxies.has(socket.remoteAddress);
  const forwarded = trusted
    ? { forwardedProto: said('x-forwarded-proto'), forwardedHost: said('x-forwarded-host') }
    : {};
  return askedOf(method, url, headers, {
    mirrorUrl: mirrorUrlOf({ ...arrived, ...forwarded }, { publicUrl, listening }),
    asker: askerOf(headers['user-agent'], trusted ? said(COUNTRY_HEADER) : undefined),
    hasToken: hasToken(headers.authorization, METRICS_TOKEN),
  });
}

const oneLine = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header.join(',') : header;

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
