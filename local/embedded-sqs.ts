/** The embedded queues' process: fauxqs, its SQS only, durable on disk and on 127.0.0.1 alone. */
import './end-when-full.ts';
import './listen-on-loopback.ts';
import { join } from 'node:path';
import { acquireLock } from './lock.ts';
import { obeyParent, startOrSayWhyNot, toldByParent } from './obey-parent.ts';
import { releaseInFlight, returnSoon } from './release-in-flight.ts';

export interface EmbeddedSqsTold {
  readonly directory: string;
  /** 0: one that the operating system chooses. */
  readonly port: number;
  /**
   * How long functions may still be working on what they have received, in milliseconds: not at all at a runtime's start, for a
   * while when this process alone is started again.
   */
  readonly graceMs: number;
}

/** How long a predecessor may take to die: it exits when it sees that its parent is gone. */
const PREDECESSOR_MS = 10_000;

obeyParent();
const { directory, port, graceMs } = toldByParent<EmbeddedSqsTold>();

await startOrSayWhyNot(async () => {
  acquireLock(join(directory, 'lock'), PREDECESSOR_MS);
  const released = graceMs > 0 ? returnSoon(directory, Date.now() + graceMs) : releaseInFlight(directory);
  const { startFauxqs } = await import('fauxqs');
  const server = await startFauxqs({ port, logger: false, dataDir: directory });
  return { port: server.port, released };
});
