/** The HTTP process: puts a function's request listener on the wire. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RuntimeFailed } from '../shared/errors.ts';
import { createHttpServer } from './http-server.ts';
import { obeyParent, startOrSayWhyNot, toldByParent } from './obey-parent.ts';

export interface HttpTold {
  /** A module that exports `createRequestListener`, as a URL. */
  readonly module: string;
  /** What its `createRequestListener` is given. */
  readonly options?: unknown;
  readonly host: string;
  /** 0: one that the operating system chooses. */
  readonly port: number;
  /** Absent: nobody else listens there. Else several processes do, and the first one makes sure that they are all ours. */
  readonly shared?: 'first' | 'more';
}

type CreateRequestListener = (options?: unknown) => RequestListener | Promise<RequestListener>;

/** How long answers under way may still take once it is stopped. */
const LAST_ANSWERS_MS = 10_000;
const IDLE_CHECK_MS = 50;

obeyParent();
const told = toldByParent<HttpTold>();

await startOrSayWhyNot(async () => {
  const { createRequestListener } = (await import(told.module)) as { createRequestListener?: CreateRequestListener };
  if (!createRequestListener) throw new RuntimeFailed(`${told.module} exports no createRequestListener`);
  const server = createHttpServer(await createRequestListener(told.options));
  if (told.shared === 'first') await portIsFree();
  await listening(server, told.shared !== undefined);
  process.on('message', () => stop(server));
  const { port } = server.address() as AddressInfo;
  return { port };
});

/** Where processes share a port, a stranger's that shares it too would go unnoticed: one that does not is refused. */
async function portIsFree(): Promise<void> {
  if (told.port === 0) return;
  const probe = createServer();
  await listening(probe, false);
  await new Promise((resolve) => probe.close(resolve));
}

async function listening(server: Server, reusePort: boolean): Promise<void> {
  const { host, port } = told;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (error: NodeJS.ErrnoException) => {
    const why = error.code === 'EADDRINUSE' ? 'another program listens there' : error.message;
    reject(new RuntimeFailed(`HOST ${host} and PORT ${port} can't be used: ${why}`, { host, port, code: error.code }));
  });
  server.listen({ host, port, reusePort }, resolve);
  await promise;
}

function stop(server: Server): void {
  server.close(() => process.exit(0)); // closes what is idle now; what becomes idle is closed below
  setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  setTimeout(() => process.exit(0), LAST_ANSWERS_MS);
}
