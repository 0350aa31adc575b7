/** The function that answers HTTP, in processes of its own: a copy never slows a read. */
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Child, startChild } from './child.ts';
import type { FunctionProcessOptions } from './function-process.ts';
import type { HttpTold } from './http-host.ts';
import type { ServiceFunction } from './service.ts';
import { supervise } from './supervise.ts';

export interface HttpProcess {
  /** `http://<host>:<port>`. */
  readonly address: string;
  /** Takes no more requests, and lets running answers end. */
  stop(): Promise<void>;
}

export interface HttpPlace extends Pick<HttpTold, 'host' | 'port'> {
  /** How many processes answer there. */
  readonly processes: number;
}

/** Others than Linux have no port that several processes share evenly. */
const CAN_SHARE = process.platform === 'linux';

/**
 * @param fn has a `local.ts` beside its handler, which exports `createRequestListener()`.
 * @throws {RuntimeFailed} when host and port can't be had; then none is left running.
 */
export async function startHttp(
  { name, handler, memoryMb }: Pick<ServiceFunction, 'name' | 'handler' | 'memoryMb'>,
  { host, port, processes }: HttpPlace,
  { root, ...options }: FunctionProcessOptions,
): Promise<HttpProcess> {
  const module = pathToFileURL(resolve(root, dirname(handler.file), 'local.ts')).href;
  const serve = (more: Pick<HttpTold, 'port' | 'shared'>) =>
    serveHttp({ name, memoryMb, told: { module, host, ...more } }, options);
  if (processes === 1 || !CAN_SHARE) return serve({ port });

  const first = await serve({ port, shared: 'first' });
  const shared = { port: Number(new URL(first.address).port), shared: 'more' } as const;
  const others = await Promise.allSettled(Array.from({ length: processes - 1 }, () => serve(shared)));
  const all = [first, ...others.flatMap((other) => (other.status === 'fulfilled' ? [other.value] : []))];
  const stop = async (): Promise<void> => void (await Promise.all(all.map((each) => each.stop())));
  const failed = others.find((other) => other.status === 'rejected');
  if (!failed) return { address: first.address, stop };
  await stop();
  throw failed.reason;
}

export interface HttpService extends Pick<ServiceFunction, 'name' | 'memoryMb'> {
  readonly told: HttpTold;
}

/** Any module with a request listener. @throws {RuntimeFailed} when host and port can't be had. */
export async function serveHttp(
  { name, memoryMb, told: first }: HttpService,
  { environment, log, onLine }: Omit<FunctionProcessOptions, 'root'>,
): Promise<HttpProcess> {
  const main = new URL('./http-host.ts', import.meta.url);
  const { host } = first;
  const start = (previous?: Child) => {
    const told: HttpTold = previous ? againOf(first, Number(previous.facts.port)) : first;
    return startChild({ name, main, told, environment, memoryMb, onLine });
  };
  const server = await supervise({ name, start, log });
  const { facts } = await server.current();
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${String(facts.port)}`,
    stop: () =>
      server.stop(async (child) => {
        child.send({ type: 'stop' });
        await child.ended;
      }),
  };
}

/** One that takes the place of another finds the others there, if there are any. */
const againOf = (first: HttpTold, port: number): HttpTold => ({
  ...first,
  port,
  ...(first.shared ? { shared: 'more' } : {}),
});
