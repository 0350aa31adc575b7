/** The function that answers HTTP, in a process of its own: a copy never slows a read. */
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

/**
 * @param fn has a `local.ts` beside its handler, which exports `createRequestListener()`.
 * @throws {RuntimeFailed} when host and port can't be had.
 */
export function startHttp(
  { name, handler, memoryMb }: Pick<ServiceFunction, 'name' | 'handler' | 'memoryMb'>,
  { host, port }: Pick<HttpTold, 'host' | 'port'>,
  { root, ...options }: FunctionProcessOptions,
): Promise<HttpProcess> {
  const module = pathToFileURL(resolve(root, dirname(handler.file), 'local.ts')).href;
  return serveHttp({ name, memoryMb, told: { module, host, port } }, options);
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
  const { host, port } = first;
  const start = (previous?: Child) => {
    const told: HttpTold = { ...first, port: Number(previous?.facts.port ?? port) };
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
