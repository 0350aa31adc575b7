/** Whoever asks, whatever for, and whatever goes wrong: nothing of theirs is written down, in no record, no line and no object. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseLogRecord } from '../../events/log-record.ts';
import { ROUTES } from '../../events/request-record.ts';
import { openBucket } from '../../shared/bucket/open.ts';
import { setEnvironment } from '../../shared/testing/environment.ts';
import { type HandlerWorld, openHandlerWorld } from '../../shared/testing/handler-world.ts';
import { fillWithOneOfEach } from '../../shared/testing/held-mirror.ts';
import { listenHttp } from '../../shared/testing/http-server.ts';
import {
  MARKS,
  type MarkedAnswer,
  type MarkedRequest,
  markedEvent,
  markedRequests,
  marksIn,
  PERSONAL,
  sendMarked,
} from '../../shared/testing/marked-requests.ts';
import { readServeConfig, type ServeConfig } from './config.ts';
import { createEventAnswerer } from './function-url.ts';
import { createRequestListener } from './local.ts';
import { openServe } from './open.ts';

const NOWHERE = 's3://cache?endpoint=http://127.0.0.1:9&region=us-east-1';
const SIGNED = 'signed-for-one';
const presign = async (key: string): Promise<string> => `https://bucket.example/${key}?X-Amz-Signature=${SIGNED}`;

/** What this process prints while it does something: lines of the log, and records where standard output is their sink. */
async function printedBy(work: () => Promise<void>): Promise<string> {
  const { write } = process.stdout;
  const printed: string[] = [];
  process.stdout.write = (chunk: string | Uint8Array) => printed.push(String(chunk)) > 0;
  try {
    await work();
  } finally {
    process.stdout.write = write;
  }
  return printed.join('');
}

async function allBelow(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map(async (file) => `${file}\n${await readFile(file, 'latin1')}`));
  return texts.join('\n');
}

const recordsIn = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.includes('"kind":'))
    .map(parseLogRecord);

describe('what serve writes down', () => {
  let world: HandlerWorld;
  let folder: string;
  let requests: readonly MarkedRequest[];
  beforeAll(async () => {
    world = await openHandlerWorld();
    folder = path.dirname(fileURLToPath(world.environment.BUCKET ?? ''));
    const held = await fillWithOneOfEach(openBucket(world.environment.BUCKET ?? ''));
    requests = markedRequests(held);
    const told = { TRUST_PROXY: '127.0.0.0/8', COUNTRY_HEADER: 'CloudFront-Viewer-Country', LOG_LEVEL: 'debug' };
    setEnvironment({ ...world.environment, ...told, CHANNELS: held.channel });
  });
  afterAll(() => world.close());

  const states: Readonly<
    Record<string, { readonly told?: () => Partial<ServeConfig>; readonly redirects?: true; readonly fails?: true }>
  > = {
    'all is well': {},
    'what is large is redirected': { redirects: true },
    'misses are forwarded': { told: () => ({ ON_MISS: 'pull' }) },
    'the storage is down': { told: () => ({ BUCKET: NOWHERE, STATE: NOWHERE.replace('cache', 'state') }), fails: true },
  };

  type Answers = readonly MarkedAnswer[];
  const wires: Readonly<Record<string, (config: ServeConfig, redirects?: true) => Promise<Answers>>> = {
    'node:http': async (config, redirects) => {
      const deps = openServe(config);
      const delivery = redirects ? { kind: 'redirect' as const, presign } : deps.delivery;
      await using server = await listenHttp(createRequestListener({ deps: { ...deps, delivery }, config }));
      const answers: MarkedAnswer[] = [];
      for (const request of requests) answers.push(await sendMarked(server.url, request));
      return answers;
    },
    'a function URL': async (config, redirects) => {
      const deps = openServe(config);
      const delivery = redirects ? { kind: 'redirect' as const, presign } : deps.delivery;
      const answer = createEventAnswerer({ deps: { ...deps, delivery }, config });
      const answers: MarkedAnswer[] = [];
      for (const request of requests) {
        const { statusCode = 0, headers, body = '', isBase64Encoded } = await answer(markedEvent(request));
        const text = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8').toString('latin1');
        answers.push({ status: statusCode, headers: JSON.stringify(headers), body: text });
      }
      return answers;
    },
  };

  const all = Object.entries(states).flatMap(([state, how]) =>
    Object.entries(wires).map(([wire, send]) => ({ state, wire, send, ...how })),
  );

  it.each(all)(
    'is nothing of whoever asks by $wire when $state',
    async ({ wire, state, send, told, redirects, fails = false }) => {
      // One wire as on one machine, the other as deployed: a spool, and standard output.
      const spool = wire === 'node:http' ? path.join(folder, 'spools', state.replaceAll(' ', '-')) : undefined;
      const config: ServeConfig = { ...readServeConfig(), ...told?.(), SPOOL: spool };
      let answers: Answers = [];
      let records: ReturnType<typeof recordsIn> = [];
      const printed = await printedBy(async () => {
        answers = await send(config, redirects);
        for (let waits = 0; spool && waits < 500; waits += 1) {
          records = recordsIn(await allBelow(spool));
          if (records.filter(({ kind }) => kind === 'request').length >= requests.length) break;
          await delay(10);
        }
      });
      if (!spool) records = recordsIn(printed);

      const asked = records.flatMap((record) => (record.kind === 'request' ? [record] : []));
      expect(asked).toHaveLength(requests.length);
      expect(new Set(asked.map(({ route }) => route))).toEqual(new Set(ROUTES));
      expect(new Set(asked.map(({ client, client_version: v, country }) => `${client} ${v} ${country}`))).toEqual(
        new Set(['Nix 2.31.2 DE']),
      );
      expect(asked.some(({ route, cache }) => route === 'nar' && cache === 'error')).toBe(fails);
      expect(printed).toContain('"event":"page.answered"'); // it is heard
      const written = [printed, JSON.stringify(records), await allBelow(path.join(folder, 'state'))].join('\n');
      expect(marksIn(written)).toEqual([]);
      expect(written).not.toContain(SIGNED);
      for (const { headers, body } of answers) expect(marksIn(headers + body, PERSONAL)).toEqual([]);
    },
  );

  it('would have been found', () => {
    for (const request of requests) {
      expect(marksIn(JSON.stringify(request)).length).toBeGreaterThan(10);
      expect(marksIn(JSON.stringify(markedEvent(request)))).toContain('2001:db8::77');
    }
    // Two are not said by a request: where it comes from, and an address in its long form.
    const unsaid = ['127.0.0.77', '2001:0db8'];
    expect(marksIn(JSON.stringify(requests))).toEqual(MARKS.filter((mark) => !unsaid.includes(mark)));
  });
});
