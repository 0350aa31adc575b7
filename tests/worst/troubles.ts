/** What an upstream does to its clients; most of it a few times, and then it is good. */
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type Misbehave, restOf, serveObject } from '../support/hostile-upstream.ts';

/** The first so many times. */
const first =
  (times: number, wrong: Misbehave): Misbehave =>
  (told) =>
    told.asked < times ? wrong(told) : told.serve();

const HTML = `<!DOCTYPE html><html><body>${'<p>Welcome to the hotel. Please sign in.</p>'.repeat(50)}</body></html>`;

export const cutAgainAndAgain =
  (bytes: number): Misbehave =>
  ({ request, response, file }) => {
    const [rest, headers] = restOf(file, request);
    response.writeHead(rest.length === file.length ? 200 : 206, headers);
    if (rest.length <= bytes) return void response.end(rest);
    response.write(rest.subarray(0, bytes), () => setTimeout(() => request.socket.destroy(), 250));
  };

export const saysFirst = (times: number, status: number, headers: Record<string, string> = {}): Misbehave =>
  first(times, ({ response }) => void response.writeHead(status, headers).end());

export const resetsBeforeIt = first(2, ({ request }) => void request.socket.resetAndDestroy());

export const resetsInTheMiddle = first(2, ({ request, response, file }) => {
  const [rest, headers] = restOf(file, request);
  response.writeHead(rest.length === file.length ? 200 : 206, headers);
  // What has not been read by then is lost with the connection.
  response.write(rest.subarray(0, rest.length >> 1), () => setTimeout(() => request.socket.resetAndDestroy(), 1_000));
});

export const stallsInTheMiddle = first(1, ({ request, response, file }) => {
  const [rest, headers] = restOf(file, request);
  response.writeHead(200, headers).write(rest.subarray(0, rest.length >> 1));
});

export const neverAnswers = first(1, () => undefined);

/** By chunks, so that nothing tells how long it should be. */
export const endsWithoutALength = first(1, ({ request, response, file }) => {
  response
    .writeHead(200)
    .write(file.subarray(0, file.length >> 1), () => setTimeout(() => request.socket.destroy(), 50));
});

/** Complete as HTTP goes, and half of what it should be. */
export const sendsHalf = first(1, ({ response, file }) => void response.end(file.subarray(0, file.length >> 1)));

export const promisesMore = first(1, ({ request, response, file }) => {
  const [, headers] = restOf(file, request);
  response.writeHead(200, { ...headers, 'content-length': file.length + 1_000 });
  response.write(file, () => setTimeout(() => request.socket.destroy(), 50));
});

export const promisesLess = first(1, ({ request, file }) => {
  request.socket.end(
    `HTTP/1.1 200 OK\r\nContent-Length: ${file.length - 100}\r\n\r\n${file.toString('latin1')}`,
    'latin1',
  );
});

export const drips: Misbehave = ({ request, response, file }) => {
  const [rest, headers] = restOf(file, request);
  response.writeHead(200, headers);
  void (async () => {
    for (let at = 0; at < rest.length && !response.destroyed; at += 100) {
      response.write(rest.subarray(at, at + 100));
      await delay(100);
    }
    response.end();
  })();
};

export const saysHtml = first(
  1,
  ({ response }) => void response.writeHead(200, { 'content-type': 'text/html' }).end(HTML),
);

export const redirectsInACircle = first(
  1,
  ({ request, response }) => void response.writeHead(302, { location: request.url ?? '' }).end(),
);

export const redirectsTo = (where: string): Misbehave =>
  first(1, ({ response }) => void response.writeHead(302, { location: where }).end());

export const speaksNoHttp = first(1, ({ request }) => void request.socket.end('220 smtp.example ESMTP\r\n'));

const GARBAGE = Buffer.alloc(64 * 1024, 'StorePath: garbage\n');
export const GIGABYTE = 2 ** 30;

/** A gigabyte of it, or as much of it as anybody reads. */
export const endlessly: Misbehave = ({ response }) => {
  response.writeHead(200, { 'content-length': GIGABYTE });
  void pour(response);
};

async function pour(response: ServerResponse): Promise<void> {
  let goOn = (): void => undefined;
  response.on('drain', () => goOn()).on('close', () => goOn());
  for (let bytes = 0; bytes < GIGABYTE && !response.destroyed; bytes += GARBAGE.length)
    if (!response.write(GARBAGE))
      await new Promise<void>((next) => {
        goOn = next;
      });
  response.end();
}

export const firstEndlessly = first(1, endlessly);

const PACKED_ZEROS = gzipSync(Buffer.alloc(100_000_000));
export const unpacksToVeryMuch = first(
  1,
  ({ response }) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(PACKED_ZEROS),
);

/** Another file than the narinfo promises. */
export const sends =
  (file: Buffer): Misbehave =>
  ({ request, response }) =>
    serveObject(file, request, response);
