/** The embedded queues' process: fauxqs, its SQS only, durable on disk and on 127.0.0.1 alone. */
import './listen-on-loopback.ts';
import { join } from 'node:path';
import { acquireLock } from './lock.ts';
import { obeyParent, startOrSayWhyNot, toldByParent } from './obey-parent.ts';
import { releaseInFlight } from './release-in-flight.ts';

export interface EmbeddedSqsTold {
  readonly directory: string;
  /** 0: one that the operating system chooses. */
  readonly port: number;
  /** Whether nobody can be working on a message: at a runtime's start, not when this process is started again. */
  readonly release: boolean;
}

/** How long a predecessor may take to die: it exits when it sees that its parent is gone. */
const PREDECESSOR_MS = 10_000;

obeyParent();
const { directory, port, release } = toldByParent<EmbeddedSqsTold>();

await startOrSayWhyNot(async () => {
  acquireLock(join(directory, 'lock'), PREDECESSOR_MS);
  const released = release ? releaseInFlight(directory) : 0;
  const { startFauxqs } = await import('fauxqs');
  const server = await startFauxqs({ port, logger: false, dataDir: directory });
  return { port: server.port, released };
});
