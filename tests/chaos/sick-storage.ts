/**
 * What stands between a mirror and one bucket on MinIO, and can be sick in the ways that object stores are. Signatures are over the
 * host that was asked, so it is passed on as it came.
 */
import { Agent, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenHttp } from '../../shared/testing/http-server.ts';
import { openRelay } from '../support/relay.ts';

/** `cuts-puts`: the connection is reset in the middle of a body that is put. */
export const SICKNESSES = ['refuses', 'hangs', 'says-slow-down', 'forbids', 'cuts-puts'] as const;
export type Sickness = (typeof SICKNESSES)[number];

export interface SickStorage {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** From now on; what hung before is answered now, late, or its connection is reset: by turns. */
  be(sickness: Sickness | undefined): Promise<void>;
  /** How many requests each sickness has met. */
  counts(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** @param behind MinIO's own address */
export async function openSickStorage(behind: string): Promise<SickStorage> {
  const agent = new Agent({ keepAlive: true });
  const hanging: (() => void)[] = [];
  const met: Record<string, number> = {};
  let sickness: Sickness | undefined;

  function pass(request: IncomingMessage, response: ServerResponse): void {
    const { method, url, headers } = request;
    const { expect: _, ...passed } = headers; // is answered here
    const passing = ask(behind + url, { method, headers: passed, agent }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    passing.on('error', () => response.destroy());
    response.on('close', () => passing.destroy());
    request.pipe(passing);
  }

  const says =
    (status: number, code: string): Answer =>
    (request, response) => {
      request.resume();
      response.writeHead(status, { 'content-type': 'application/xml' }).end(errorOf(code));
    };

  const sick: Readonly<Record<Exclude<Sickness, 'refuses'>, Answer>> = {
    hangs(request, response) {
      const isHeard = hanging.length % 2 === 0;
      hanging.push(() => (isHeard ? pass(request, response) : void request.socket.resetAndDestroy()));
    },
    'says-slow-down': says(503, 'SlowDown'),
    forbids: says(403, 'AccessDenied'),
    'cuts-puts'(request, response) {
      if (request.method === 'PUT') request.once('data', () => request.socket.resetAndDestroy());
      else pass(request, response);
    },
  };

  const answer: Answer = (request, response) => {
    response.on('error', () => undefined);
    if (sickness !== undefined) met[sickness] = (met[sickness] ?? 0) + 1;
    if (sickness === undefined || sickness === 'refuses') pass(request, response);
    else sick[sickness](request, response);
  };

  const server = await listenHttp(answer);
  const port = Number(new URL(server.url).port);
  const relay = await openRelay();
  await relay.open(port);
  return {
    url: `http://127.0.0.1:${relay.port}`,
    counts: () => met,
    async be(now) {
      const before = sickness;
      sickness = now;
      while (hanging.length > 0) hanging.pop()?.();
      if (now === 'refuses') await relay.close();
      else if (before === 'refuses') await relay.open(port);
    },
    async close() {
      await relay.close();
      await server.close();
      agent.destroy();
    },
  };
}

const errorOf = (code: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>.</Message></Error>`;
