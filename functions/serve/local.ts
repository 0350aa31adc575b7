/** serve on one machine: `respond` behind node:http, objects streamed from the bucket. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type Answer, notNow } from './answer.ts';
import { type Asked, askedOf } from './asked.ts';
import { complete } from './common-headers.ts';
import { readServeConfig, type ServeConfig } from './config.ts';
import { mirrorUrlOf } from './mirror-url.ts';
import { openServe } from './open.ts';
import { pump } from './pump.ts';
import { respond, type ServeDeps } from './respond.ts';
import { troubleOf } from './trouble.ts';
import { type TrustedProxies, trustedProxies } from './trusted-proxies.ts';

export interface ListenerOptions {
  readonly deps: ServeDeps;
  readonly config: Pick<ServeConfig, 'HOST' | 'PORT' | 'PUBLIC_URL' | 'TRUST_PROXY'>;
}

/** Each holds a file and two buffers; more than that is no use on one machine. */
const MOST_STREAMS = 1_024;

export function createRequestListener({ deps, config } = openFromEnvironment()): RequestListener {
  const proxies = trustedProxies(config.TRUST_PROXY);
  let streams = 0;

  async function send(answer: Answer, response: ServerResponse): Promise<void> {
    const { status, headers, body } = answer;
    if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
      response.writeHead(status, complete(headers)).end(body);
      return;
    }
    if (streams >= MOST_STREAMS) {
      body.cancel?.();
      return send(notNow('too many downloads at once; please try again'), response);
    }
    streams += 1;
    try {
      response.strictContentLength = true; // the length was promised before the body was seen
      response.writeHead(status, complete(headers));
      await pump(body, response);
    } finally {
      streams -= 1;
    }
  }

  return (request, response) => {
    if (hasBody(request)) response.shouldKeepAlive = false; // nobody reads it
    if (!isInTurn(request, response)) return;
    respond(fromNode(request, proxies, config), deps)
      .then((answer) => send(answer, response))
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
function isInTurn({ socket }: IncomingMessage, response: ServerResponse): boolean {
  const count = (underWay.get(socket) ?? 0) + 1;
  if (count > MOST_PIPELINED) {
    socket.destroy();
    return false;
  }
  underWay.set(socket, count);
  response.once('close', () => underWay.set(socket, (underWay.get(socket) ?? 1) - 1));
  return true;
}

function openFromEnvironment(): ListenerOptions {
  const config = readServeConfig();
  return { deps: openServe(config), config };
}

function fromNode(
  { method = 'GET', url = '/', headers, socket }: IncomingMessage,
  proxies: TrustedProxies,
  { PUBLIC_URL: publicUrl, HOST, PORT }: ListenerOptions['config'],
): Asked {
  const arrived = { encrypted: (socket as Partial<TLSSocket>).encrypted === true, host: headers.host };
  const forwarded = proxies.has(socket.remoteAddress)
    ? { forwardedProto: oneLine(headers['x-forwarded-proto']), forwardedHost: oneLine(headers['x-forwarded-host']) }
    : {};
  const listening = `http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${PORT}`;
  return askedOf(method, url, headers, mirrorUrlOf({ ...arrived, ...forwarded }, { publicUrl, listening }));
}

const oneLine = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header.join(',') : header;

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
