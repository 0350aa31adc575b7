/** The embedded ClickHouse's process: chdb behind ClickHouse's HTTP interface, on 127.0.0.1 alone, its data on disk. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readEnv } from '../shared/config/env.ts';
import { text } from '../shared/config/readers.ts';
import { openEngine } from './clickhouse/engine.ts';
import { clickHouseListener } from './clickhouse/listener.ts';
import { acquireLock } from './lock.ts';
import { obeyParent, startOrSayWhyNot, toldByParent } from './obey-parent.ts';

export interface EmbeddedClickHouseTold {
  readonly directory: string;
  /** 0: one that the operating system chooses. */
  readonly port: number;
  /** The engine's package. */
  readonly module: string;
}

/** How long a predecessor may take to die: it exits when it sees that its parent is gone. */
const PREDECESSOR_MS = 10_000;
/** As ClickHouse itself: values may come in the address. */
const MOST_HEADER_BYTES = 2 * 2 ** 20;
const MOST_CONNECTIONS = 256;

obeyParent();
const { directory, port, module } = toldByParent<EmbeddedClickHouseTold>();

await startOrSayWhyNot(async () => {
  // By the environment, for arguments are for everybody to see.
  const { CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password } = readEnv({
    CLICKHOUSE_USER: text(),
    CLICKHOUSE_PASSWORD: text(),
  });
  acquireLock(join(directory, 'lock'), PREDECESSOR_MS);
  const engine = await openEngine(directory, module);
  const server = createServer({ maxHeaderSize: MOST_HEADER_BYTES }, clickHouseListener(engine, { user, password }));
  server.maxConnections = MOST_CONNECTIONS;
  return { port: await listening(server) };
});

async function listening(server: Server): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ host: '127.0.0.1', port }, resolve);
  await promise;
  return (server.address() as AddressInfo).port;
}
