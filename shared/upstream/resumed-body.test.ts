/** NARs from a server that breaks off wherever it likes. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import fc from 'fast-check';
import { UpstreamFailed } from '../errors.ts';
import { clientOf, failureOf, type Respond, serverThat, signal } from '../testing/scripted-upstream.ts';
import { httpBinaryCache } from './binary-cache.ts';
import type { HttpClientOptions } from './http-client.ts';

const KIB = 1024;
const NAR = randomBytes(1024 * KIB);
const ETAG = '"a"';
const impatient = { sleep: async () => undefined, random: () => 0.5 };

const firstOf = ({ headers }: IncomingMessage): number => Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);

interface Rest {
  readonly etag?: string;
  readonly range?: string;
  readonly status?: number;
}

/** Answers whole, or the rest, and cuts the connection at each of these offsets once. */
function cuttingAt(offsets: readonly number[], rest: Rest = {}, headers: Record<string, string> = {}): Respond {
  const cuts = [...offsets].sort((a, b) => a - b);
  return (request, response) => {
    const first = firstOf(request);
    const total = NAR.length;
    const asked = request.headers.range !== undefined;
    response.writeHead(asked ? (rest.status ?? 206) : 200, {
      'Content-Length': total - first,
      'Accept-Ranges': 'bytes',
      ETag: asked ? (rest.etag ?? ETAG) : ETAG,
      ...(asked ? { 'Content-Range': rest.range ?? `bytes ${first}-${total - 1}/${total}` } : {}),
      ...headers,
    });
    sendUntil(response, first, cuts.shift());
  };
}

function sendUntil(response: ServerResponse, first: number, cut: number | undefined): void {
  if (cut === undefined) return void response.end(NAR.subarray(first));
  response.flushHeaders();
  if (cut <= first) return void setImmediate(() => response.destroy());
  response.write(NAR.subarray(first, cut), () => setImmediate(() => response.destroy()));
}

async function narFrom(respond: Respond, options: Partial<HttpClientOptions> = {}) {
  const server = await serverThat(respond);
  const cache = httpBinaryCache(server.url, clientOf(server, options), impatient);
  return { server, cache, nar: await cache.nar('nar/a.nar', signal) };
}

async function read(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('a NAR that breaks off', () => {
  it('goes on at the very byte, wherever and however often it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: NAR.length - 1 }), { maxLength: 5 }), async (offsets) => {
        const { nar } = await narFrom(cuttingAt(offsets));
        expect((await read(nar.body)).equals(NAR)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it('may be cut any number of times while it gets on, with one place for all of it', async () => {
    const offsets = Array.from({ length: 14 }, (_, i) => (i + 1) * 72 * KIB);
    const { server, nar, cache } = await narFrom(cuttingAt(offsets), { connections: 1 });
    expect((await read(nar.body)).equals(NAR)).toBe(true);
    expect(server.requests).toHaveLength(15);
    const later = await cache.nar('nar/b.nar', signal); // the place is free again
    expect((await read(later.body)).length).toBe(NAR.length);
  });

  it('is asked for by Range and If-Range', async () => {
    const { server, nar } = await narFrom(cuttingAt([0]));
    await read(nar.body);
    expect(server.requests[0]?.headers.range).toBeUndefined();
    expect(server.requests[1]?.headers).toMatchObject({ range: 'bytes=0-', 'if-range': ETAG });
  });

  it('is resumed when it stalls', async () => {
    let asked = 0;
    const { nar } = await narFrom(
      (request, response) => {
        asked += 1;
        if (asked > 1) return cuttingAt([])(request, response);
        response.writeHead(200, { 'Content-Length': NAR.length, 'Accept-Ranges': 'bytes', ETag: ETAG });
        response.write(NAR.subarray(0, 100 * KIB));
      },
      { timeouts: { connectMs: 300, headersMs: 300, stallMs: 60 } },
    );
    expect((await read(nar.body)).equals(NAR)).toBe(true);
    expect(asked).toBe(2);
  });

  it('goes on when the rest comes in several ranges, each ending early', async () => {
    const step = 300 * KIB;
    const { server, nar } = await narFrom((request, response) => {
      const first = firstOf(request);
      const end = Math.min(first + step, NAR.length);
      if (request.headers.range === undefined) return cuttingAt([step])(request, response);
      response.writeHead(206, {
        'Content-Length': end - first,
        'Content-Range': `bytes ${first}-${end - 1}/${NAR.length}`,
      });
      return response.end(NAR.subarray(first, end));
    });
    expect((await read(nar.body)).equals(NAR)).toBe(true);
    expect(server.requests).toHaveLength(4);
  });

  it('keeps Retry-After when upstream is busy in between', async () => {
    let asked = 0;
    const respond = cuttingAt([500 * KIB]);
    const server = await serverThat((request, response) => {
      asked += 1;
      if (asked === 2) return response.writeHead(503, { 'Retry-After': '7' }).end();
      return respond(request, response);
    });
    const client = clientOf(server);
    const { body } = await httpBinaryCache(server.url, client, impatient).nar('nar/a.nar', signal);
    expect((await read(body)).equals(NAR)).toBe(true);
    expect(client.waits).toEqual([7_125]);
  });

  it('is given up when it gets nowhere, after waits that grow', async () => {
    const server = await serverThat(cuttingAt(Array(100).fill(10)));
    const waits: number[] = [];
    const sleep = async (ms: number) => waits.push(ms);
    const cache = httpBinaryCache(server.url, clientOf(server), { sleep, random: () => 0.5 });
    const { body } = await cache.nar('nar/a.nar', signal);
    expect(await failureOf(read(body))).toBeInstanceOf(UpstreamFailed);
    expect(waits).toEqual([125, 250, 500, 1_000, 2_000]);
  });
});

describe('what is not the rest of what was begun is refused', () => {
  it.each<[string, Rest, RegExp]>([
    ['another object', { etag: '"b"' }, /another object/],
    ['the whole again', { status: 200 }, /another object/],
    ['nothing', { status: 404 }, /answered 404/],
    ['an unsatisfied range', { status: 416 }, /answered 416/],
    ['a range that begins elsewhere', { range: `bytes 0-${NAR.length - 1}/${NAR.length}` }, /another range/],
    ['another length', { range: `bytes 524288-${NAR.length}/${NAR.length + 1}` }, /another range/],
    ['a range of unknown length', { range: `bytes 524288-${NAR.length - 1}/*` }, /another range/],
    ['no range at all', { range: '' }, /another range/],
  ])('%s', async (_what, rest, message) => {
    const { server, nar, cache } = await narFrom(cuttingAt([512 * KIB], rest), { connections: 1 });
    const failure = await failureOf(read(nar.body));
    expect(failure).toBeInstanceOf(UpstreamFailed);
    expect(failure).toMatchObject({ message: expect.stringMatching(message) });
    expect(server.requests).toHaveLength(2);
    await (await cache.nar('nar/b.nar', signal)).body[Symbol.asyncIterator]().next(); // its place was given back
  });

  it('more bytes than were promised', async () => {
    const { nar } = await narFrom((request, response) => {
      if (request.headers.range === undefined) return cuttingAt([NAR.length - 10])(request, response);
      const range = `bytes ${NAR.length - 10}-${NAR.length - 1}/${NAR.length}`;
      return response.writeHead(206, { 'Content-Range': range, ETag: ETAG }).end(Buffer.alloc(20));
    });
    expect(await failureOf(read(nar.body))).toMatchObject({ message: expect.stringMatching(/more than/) });
  });
});

describe('without what it takes', () => {
  it.each<[string, Record<string, string>]>([
    ['ranges', { 'Accept-Ranges': 'none' }],
    ['an ETag', { ETag: '' }],
    ['a strong ETag', { ETag: 'W/"a"' }],
  ])('%s, a broken body fails at once', async (_what, headers) => {
    const { server, nar } = await narFrom(cuttingAt([512 * KIB], {}, headers));
    expect(await failureOf(read(nar.body))).toBeInstanceOf(UpstreamFailed);
    expect(server.requests).toHaveLength(1);
  });
});

it('lets a resumed body be left early', async () => {
  const { cache, nar } = await narFrom(cuttingAt([512 * KIB]), { connections: 1 });
  let bytes = 0;
  for await (const chunk of nar.body) {
    bytes += chunk.length;
    if (bytes > 600 * KIB) break;
  }
  expect((await read((await cache.nar('nar/b.nar', signal)).body)).length).toBe(NAR.length);
});

it('ends with the caller’s time, between two answers too', async () => {
  const server = await serverThat(cuttingAt([512 * KIB]));
  const ending = new AbortController();
  const sleep = async () => {
    ending.abort(new Error('late'));
    throw ending.signal.reason;
  };
  const { body } = await httpBinaryCache(server.url, clientOf(server), { sleep }).nar('nar/a.nar', ending.signal);
  expect(await failureOf(read(body))).toBe(ending.signal.reason);
  expect(server.requests).toHaveLength(1);
});
