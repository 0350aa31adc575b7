/**
 * What stands between a client and a mirror: it passes requests on, hands out the diagnose script, and may spoil answers.
 * Each front is a mirror of its own to who asks there.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createDiagnose } from '../../functions/serve/diagnose/diagnose.ts';
import type { DiagnoseOptions } from '../../functions/serve/diagnose/script.ts';
import { requestedRange } from '../../functions/serve/range.ts';
import { type HttpServer, listenHttp } from '../../shared/testing/http-server.ts';

export interface Whole {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Spoiled {
  /** Changes an answer, by its path: `/nar/….nar.xz`. It is given whole objects. */
  readonly change?: (path: string, answer: Whole) => Whole;
  /** Whether parts of objects can be asked for. By default they can. */
  readonly ranges?: boolean;
  /** What is to be put in place of what the script would know. */
  readonly told?: Partial<DiagnoseOptions>;
}

const PASS_MS = 20_000;

/** @param told what the script knows, but for the address of this front. */
export async function openFront(
  mirror: string,
  told: Omit<DiagnoseOptions, 'mirror'>,
  spoiled: Spoiled = {},
): Promise<HttpServer> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/';
    const diagnose = createDiagnose({ mirror: server.url, ...told, ...spoiled.told });
    if (path === '/diagnose-cache') response.end(diagnose.script());
    else if (path === '/diagnose-cache.tar.gz') response.end(await diagnose.tarball());
    else send(response, await passed(request, path));
  };

  async function passed({ method = 'GET', headers: { range } }: IncomingMessage, path: string): Promise<Whole> {
    const { change, ranges = true } = spoiled;
    const isChanged = change !== undefined || !ranges;
    const headers: Record<string, string> = range === undefined || isChanged ? {} : { range };
    const signal = AbortSignal.timeout(PASS_MS);
    const fetched = await fetch(mirror + path, { method, headers, redirect: 'manual', signal });
    const body = Buffer.from(await fetched.arrayBuffer());
    const got = { status: fetched.status, headers: Object.fromEntries(fetched.headers), body };
    if (!isChanged) return got;
    const whole = change?.(path, got) ?? got;
    return ranges && whole.status === 200 ? partOf(whole, range) : whole;
  }

  const server = await listenHttp((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  return server;
}

function partOf(whole: Whole, header: string | undefined): Whole {
  const size = whole.body.length;
  const range = requestedRange(header, size);
  if (range === 'whole' || range === 'unsatisfiable') return whole;
  const { first, last } = range;
  const headers = { ...whole.headers, 'content-range': `bytes ${first}-${last}/${size}` };
  return { status: 206, headers, body: whole.body.subarray(first, last + 1) };
}

function send(response: ServerResponse, { status, headers, body }: Whole): void {
  const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...kept } = headers;
  response.writeHead(status, { ...kept, 'content-length': String(body.length) });
  response.end(body);
}
