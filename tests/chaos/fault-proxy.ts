/**
 * A proxy between a mirror and its upstream that by a dice spoils some answers (faults.ts) and passes on the others. Objects are
 * served with ranges and a strong ETag of its own, as S3 does, so that what breaks off can be gone on with.
 */
import { Agent, request as ask, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { listenHttp } from '../../shared/testing/http-server.ts';
import type { Dice } from '../support/dice.ts';
import { type Misbehave, serveObject } from '../support/hostile-upstream.ts';
import { openRelay } from '../support/relay.ts';
import { type Fault, faultsOf } from './faults.ts';

export interface FaultProxy {
  /** What a mirror is told instead of upstream's own addresses. */
  readonly environment: Readonly<Record<string, string>>;
  /** From now on these shares of all answers are spoiled. */
  spoil(shares: Shares): void;
  /** From now on all is passed on, and what still hangs is ended. */
  clearUp(): Promise<void>;
  /** Nobody listens there for a while. */
  beAway(ms: number): Promise<void>;
  /** How often each fault was shown, and `passed`. */
  counts(): Readonly<Record<string, number>>;
  /** What was asked of the host that upstream's redirects must not lead to. */
  readonly strayed: readonly unknown[];
  close(): Promise<void>;
}

/** From 0 to 1 each; what detect asks for one after the other is a host of its own, as upstream has it, and never hangs. */
export interface Shares {
  readonly cache: number;
  readonly channels: number;
}

const NOTHING: Shares = { cache: 0, channels: 0 };

/** @param upstream its address: `/cache`, `/channels` and `/releases` lie below. */
export async function openFaultProxy(upstream: string, dice: Dice): Promise<FaultProxy> {
  const elsewhere = await listenHttp((_request, response) => void response.end('secrets of another host'));
  let shares = NOTHING;
  let lately: Buffer = Buffer.from('nothing yet');
  const shown = new Map<string, number>();
  const faults = faultsOf(`${elsewhere.url}/x`, () => lately);
  const note = (name: string): void => void shown.set(name, (shown.get(name) ?? 0) + 1);

  function deal(request: IncomingMessage): Misbehave | undefined {
    if (!dice.happens(isOfCache(request) ? shares.cache : shares.channels)) return note('passed') as undefined;
    const isRest = request.headers.range !== undefined && dice.happens(0.5);
    const [first, ...more] = [...faults].filter(([, fault]) => fits(fault, request, isRest));
    if (!first) return undefined;
    const [name, { misbehave }] = dice.pick([first, ...more]);
    note(name);
    return misbehave;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = request;
    const { status, headers, body: file } = await whatIsAt(upstream + url, method);
    const whole = method === 'GET' && status === 200;
    const serve = (): void => {
      if (whole) serveObject(file, request, response);
      else response.writeHead(status, keptOf(headers, request.headers.host ?? '', new URL(upstream).host)).end(file);
    };
    const misbehave = deal(request);
    if (misbehave) misbehave({ request, response, asked: 0, file, serve });
    else serve();
    if (whole && isOfCache(request)) lately = file;
  }

  const server = await listenHttp((request, response) => {
    response.on('error', () => undefined);
    answer(request, response).catch(() => request.socket.resetAndDestroy()); // upstream itself broke off
  });
  const port = Number(new URL(server.url).port);
  const relays = { cache: await openRelay(), channels: await openRelay() };
  const both = Object.values(relays);
  const come = async (): Promise<void> => {
    for (const relay of both) await relay.open(port); // which ends all connections
  };
  await come();
  const at = (relay: { readonly port: number }, path: string): string => `http://127.0.0.1:${relay.port}/${path}`;
  return {
    environment: {
      UPSTREAM_URL: at(relays.cache, 'cache'),
      CHANNELS_URL: at(relays.channels, 'channels'),
      RELEASES_URL: at(relays.channels, 'releases'),
    },
    strayed: elsewhere.requests,
    counts: () => Object.fromEntries(shown),
    spoil(now) {
      shares = now;
    },
    async clearUp() {
      shares = NOTHING;
      await come();
    },
    async beAway(ms) {
      note('is-away');
      for (const relay of both) await relay.close();
      await delay(ms);
      await come();
    },
    async close() {
      for (const relay of both) await relay.close();
      await Promise.all([server.close(), elsewhere.close()]);
    },
  };
}

const isOfCache = ({ url = '' }: IncomingMessage): boolean => url.startsWith('/cache/');

/** What upstream says of a channel is a redirect, and nobody signs it; nor does anybody sign a release page. */
function fits({ of, hangs }: Fault, request: IncomingMessage, isRest: boolean): boolean {
  if (hangs && !isOfCache(request)) return false;
  if (of === 'any') return !isRest;
  if (of === 'rest') return isRest;
  const { url = '', method } = request;
  return !isRest && method === 'GET' && (isOfCache(request) || /\.(xz|zst)$/.test(url));
}

interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One connection for each, so that one that breaks off is nobody else's. */
const once = new Agent({ keepAlive: false });

const whatIsAt = (address: string, method: string): Promise<Got> =>
  new Promise((resolve, reject) => {
    const asking = ask(address, { method, agent: once }, (answer) => {
      const { statusCode: status = 502, headers } = answer;
      buffer(answer).then((body) => resolve({ status, headers, body }), reject);
    });
    asking.on('error', reject).end();
  });

const KEPT = ['location', 'link', 'retry-after'] as const;

/** @param here where the mirror asks: what upstream says of itself leads back there. */
function keptOf(headers: IncomingHttpHeaders, here: string, there: string): Record<string, string> {
  const kept = KEPT.map((name) => [name, String(headers[name] ?? '').replaceAll(there, here)]);
  return Object.fromEntries(kept.filter(([, value]) => value !== ''));
}
