/** serve on one machine: `respond` behind node:http, objects streamed from the bucket. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describeError } from '../../shared/errors.ts';
import { openServeDeps } from './open.ts';
import { type Answer, type Asked, respond, type ServeDeps } from './respond.ts';

export function createRequestListener(deps: ServeDeps = openServeDeps()): RequestListener {
  return (request, response) => {
    respond(fromNode(request), deps)
      .then((answer) => send(response, answer))
      .catch((error: unknown) => {
        // The client went away, or an object broke off: a connection that ends early is seen by Nix, a short body is not.
        deps.log.debug('answer.cut', { error: describeError(error) });
        response.destroy();
      });
  };
}

function fromNode({ method = 'GET', url = '/', headers }: IncomingMessage): Asked {
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  return { method, path, range: headers.range, ifNoneMatch: headers['if-none-match'] };
}

async function send(response: ServerResponse, { status, headers, body }: Answer): Promise<void> {
  response.writeHead(status, headers);
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) response.end(body);
  else await pipeline(Readable.from(body.body), response);
}
