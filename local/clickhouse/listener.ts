/**
 * ClickHouse's HTTP interface, as far as its clients and our own need it: `/ping`, and statements at `/`. Failures have ClickHouse's
 * numbers and words. A few statements run at once; the others wait for their turn, and `/ping` for nobody.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createGate } from '../../functions/serve/gate.ts';
import { StatementFailed } from '../../shared/errors.ts';
import { type Credentials, isAskedHere, mayAsk } from './access.ts';
import { forget, readAsked } from './asked.ts';
import type { Engine, Outcome } from './engine.ts';
import { refusal } from './refusal.ts';

/** Beyond the number of cores nothing becomes faster; but a short one need not wait for a long one. */
export const AT_ONCE = 4;
const TURNS = { atOnce: AT_ONCE, waiting: 64, waitMs: 30_000 };
const AUTHENTICATION_FAILED = 516;

export function clickHouseListener(engine: Engine, credentials: Credentials): RequestListener {
  const gate = createGate(TURNS);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (!isAskedHere(request.headers)) return say(response, 403, 'not by this name\n');
    if (pathname === '/ping') return say(response, 200, 'Ok.\n');
    if (pathname !== '/') return say(response, 404, 'there is / and /ping\n');
    if (request.method !== 'GET' && request.method !== 'POST') return say(response, 405, 'GET and POST only\n');
    if (!mayAsk(credentials, request.headers, searchParams))
      throw refusal(
        'AUTHENTICATION_FAILED',
        'Authentication failed: password is incorrect, or there is no user with such name',
      );

    const asked = await readAsked(request, searchParams, engine.incoming);
    const { question, statement } = asked;
    response.setHeader('x-clickhouse-query-id', question.id);
    if (!('rows' in asked)) {
      const outcome = await turn(response, () => engine.run(asked.statement, question));
      return give(response, outcome, statement.format ?? question.format, false);
    }
    try {
      const outcome = await turn(response, () => engine.insert(asked.statement, question, asked.rows));
      give(response, outcome, question.format, true);
    } finally {
      await forget(asked.rows, engine.incoming);
    }
  }

  /** Who has hung up while waiting gets no turn. */
  const turn = (response: ServerResponse, work: () => Promise<Outcome>): Promise<Outcome> =>
    gate.pass(async () => {
      if (response.destroyed) throw refusal('UNKNOWN_EXCEPTION', 'nobody waits for it any more');
      return work();
    });

  return (request, response) => {
    answer(request, response).catch((error: unknown) => fail(request, response, error));
  };
}

function give(response: ServerResponse, { body, rows, bytes }: Outcome, format: string, isInsert: boolean): void {
  const [read, written] = isInsert
    ? [
        { rows: 0, bytes: 0 },
        { rows, bytes },
      ]
    : [
        { rows, bytes },
        { rows: 0, bytes: 0 },
      ];
  response.writeHead(200, {
    'content-type': contentTypeOf(format),
    'content-length': body.length,
    'x-clickhouse-format': format,
    'x-clickhouse-summary': JSON.stringify({
      read_rows: String(read.rows),
      read_bytes: String(read.bytes),
      written_rows: String(written.rows),
      written_bytes: String(written.bytes),
      total_rows_to_read: '0',
      result_rows: '0',
      result_bytes: String(body.length),
    }),
  });
  response.end(body);
}

function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const failure = error instanceof StatementFailed ? error : refusalOf(error);
  if (!request.complete) response.setHeader('connection', 'close'); // the rest of its body is not wanted
  response.setHeader('x-clickhouse-exception-code', failure.number);
  say(response, failure.number === AUTHENTICATION_FAILED ? 403 : 500, `${failure.message}\n`);
}

function refusalOf(error: unknown): StatementFailed {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return code === 'OVERLOADED'
    ? refusal('TOO_MANY_SIMULTANEOUS_QUERIES', String(message))
    : refusal('UNKNOWN_EXCEPTION', String(message));
}

function say(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, {
    'content-type': 'text/plain; charset=UTF-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

const contentTypeOf = (format: string): string =>
  /^JSON/.test(format)
    ? 'application/json; charset=UTF-8'
    : /^(TSV|TabSeparated)/.test(format)
      ? 'text/tab-separated-values; charset=UTF-8'
      : 'text/plain; charset=UTF-8';
