/**
 * What a proxy may make of an answer of upstream's, by names. Each shows once what tests/worst/troubles.ts shows for the first few
 * times; the rest is here.
 */
import type { IncomingMessage } from 'node:http';
import { type Misbehave, restOf } from '../support/hostile-upstream.ts';
import * as trouble from '../worst/troubles.ts';

export interface Fault {
  readonly misbehave: Misbehave;
  /**
   * `signed`: only of what a hash or a signature vouches for. Nobody can tell a release page with another letter in it from a true
   * one. `rest`: only of the rest of an object.
   */
  readonly of: 'any' | 'signed' | 'rest';
  /** Whoever asks waits until his patience is over. */
  readonly hangs: boolean;
}

/** Another object of upstream's, for answers that were meant for somebody else. */
export type Other = () => Buffer;

const WAIT_SECONDS = 1;
/** Long enough for several of them in one NAR. */
const CUT_AFTER = 70_000;

const raw = (request: IncomingMessage, head: string, body: Buffer): void =>
  void request.socket.end(Buffer.concat([Buffer.from(`HTTP/1.1 ${head}\r\n\r\n`), body]));

const says = (status: number, headers: () => Record<string, string> = () => ({})): Misbehave => {
  return (told) => trouble.saysFirst(1, status, headers())(told);
};

const endsEarlyAsPromised: Misbehave = ({ request, file }) =>
  raw(request, `200 OK\r\nContent-Length: ${file.length}`, file.subarray(0, file.length >> 1));

const endsEarlyWithTheConnection: Misbehave = ({ request, file }) =>
  raw(request, '200 OK\r\nConnection: close', file.subarray(0, file.length >> 1));

const flipsABit: Misbehave = ({ request, response, file }) => {
  const flipped = Buffer.from(file);
  const at = flipped.length >> 1;
  flipped.writeUInt8((flipped[at] ?? 0) ^ 1, at);
  trouble.sends(flipped)({ request, response, file: flipped, asked: 0, serve: () => undefined });
};

const saysItIsBrotli: Misbehave = ({ response, file }) =>
  void response.writeHead(200, { 'content-encoding': 'br', 'content-length': file.length }).end(file);

const isEmpty: Misbehave = ({ response }) => void response.writeHead(200, { 'content-length': 0 }).end();

const answersTwice: Misbehave = ({ request, file }) => {
  const answer = Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${file.length}\r\n\r\n`), file]);
  request.socket.end(Buffer.concat([answer, answer]));
};

const breaksItsChunks: Misbehave = ({ request, file }) =>
  raw(request, '200 OK\r\nTransfer-Encoding: chunked', Buffer.concat([Buffer.from('zz\r\n'), file.subarray(0, 99)]));

const ignoresTheRange: Misbehave = ({ request, response, file }) => {
  const [, headers] = restOf(file, { ...request, headers: {} } as IncomingMessage);
  response.writeHead(200, headers).end(file);
};

const sendsAnotherRange: Misbehave = ({ request, response, file }) => {
  const [rest, headers] = restOf(file, request);
  const range = `bytes 1-${rest.length}/${file.length}`;
  response.writeHead(206, { ...headers, 'content-range': range }).end(rest);
};

/** @param elsewhere an address that is not upstream's */
export function faultsOf(elsewhere: string, other: Other): ReadonlyMap<string, Fault> {
  const any = (misbehave: Misbehave): Fault => ({ misbehave, of: 'any', hangs: false });
  const signed = (misbehave: Misbehave): Fault => ({ misbehave, of: 'signed', hangs: false });
  const rest = (misbehave: Misbehave): Fault => ({ misbehave, of: 'rest', hangs: false });
  const hangs = (misbehave: Misbehave): Fault => ({ misbehave, of: 'any', hangs: true });
  const inSeconds = () => ({ 'retry-after': String(WAIT_SECONDS) });
  const byDate = () => ({ 'retry-after': new Date(Date.now() + WAIT_SECONDS * 1_000).toUTCString() });
  return new Map([
    ['resets-before-it', any(trouble.resetsBeforeIt)],
    ['resets-in-the-middle', any(trouble.resetsInTheMiddle)],
    ['is-cut-again-and-again', any(trouble.cutAgainAndAgain(CUT_AFTER))],
    ['never-answers', hangs(trouble.neverAnswers)],
    ['stalls-in-the-middle', hangs(trouble.stallsInTheMiddle)],
    ['drips', hangs(trouble.drips)],
    ['ends-without-a-length', any(trouble.endsWithoutALength)],
    ['ends-early-as-promised', any(endsEarlyAsPromised)],
    ['ends-early-with-the-connection', any(endsEarlyWithTheConnection)],
    ['sends-half', any(trouble.sendsHalf)],
    ['promises-more', any(trouble.promisesMore)],
    ['promises-less', any(trouble.promisesLess)],
    ['flips-a-bit', signed(flipsABit)],
    ['sends-another-object', signed((told) => trouble.sends(other())(told))],
    ['is-empty', any(isEmpty)],
    ['answers-twice', any(answersTwice)],
    ['says-html', any(trouble.saysHtml)],
    ['says-it-is-brotli', any(saysItIsBrotli)],
    ['unpacks-to-very-much', any(trouble.unpacksToVeryMuch)],
    ['speaks-no-http', any(trouble.speaksNoHttp)],
    ['breaks-its-chunks', any(breaksItsChunks)],
    ['redirects-in-a-circle', any(trouble.redirectsInACircle)],
    ['redirects-elsewhere', any(trouble.redirectsTo(elsewhere))],
    ['says-403', any(says(403))],
    ['says-500', any(says(500))],
    ['says-502', any(says(502))],
    ['says-504', any(says(504))],
    ['says-429-in-seconds', any(says(429, inSeconds))],
    ['says-429-by-date', any(says(429, byDate))],
    ['says-503-in-seconds', any(says(503, inSeconds))],
    ['says-503-by-date', any(says(503, byDate))],
    ['ignores-the-range', rest(ignoresTheRange)],
    ['sends-another-range', rest(sendsAnotherRange)],
  ]);
}
