/** The embedded copy queue of a mirror, from beside it: filled, asked how much is left, and looked into when it is down. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { cacheDirectory, queueDirectory } from '../../../local/data-dir.ts';
import { readQueueAddress } from '../../../local/queue-address.ts';
import { connectQueues, embeddedClient } from '../../../local/queue-connection.ts';
import { queueNamed } from '../../../local/queues.ts';
import { readService } from '../../../local/read-service.ts';
import { inheritedEnvironment } from '../../../shared/config/env.ts';
import { silentLog } from '../../../shared/log.ts';
import type { Depth, Queue } from '../../../shared/queue/queue.ts';
import { sqsQueue } from '../../../shared/queue/sqs.ts';

export const COPY_QUEUE = 'copycat-dev-copy';
const COPY_DEAD_LETTERS = `${COPY_QUEUE}-dead-letters`;

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const SEND_MS = 600_000;

/** Of a mirror that runs. @throws while its queues are not there */
async function withCopyQueue<T>(dataDir: string, work: (queue: Queue) => Promise<T>): Promise<T> {
  const { endpoint } = readQueueAddress(dataDir) ?? { endpoint: '' };
  const client = embeddedClient(endpoint);
  try {
    const { url } = (await queueNamed(COPY_QUEUE, { client, endpoint })) ?? { url: '' };
    return await work(sqsQueue({ client, url }));
  } finally {
    client.destroy();
  }
}

/** To a mirror that runs. One by one: ten large ones are too large for a batch. */
export const sendSingly = (dataDir: string, bodies: readonly string[]): Promise<void> =>
  withCopyQueue(dataDir, async (queue) => {
    for (const body of bodies) await queue.sendAll([body], AbortSignal.timeout(SEND_MS));
  });

export const copiesLeft = (dataDir: string): Promise<number> =>
  withCopyQueue(dataDir, async (queue) => sumOf(await queue.depth()));

const sumOf = ({ waiting, inFlight, delayed }: Depth): number => waiting + inFlight + delayed;

/** Of a mirror that does not run, and need not have run yet. */
export async function fillCopyQueue(dataDir: string, bodies: Iterable<string>): Promise<void> {
  const { PATH } = inheritedEnvironment();
  const environment = { PATH };
  const { queues } = await readService({ root: ROOT, cache: cacheDirectory(dataDir), environment });
  const connection = await connectQueues(
    queues,
    { DATA_DIR: dataDir, AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_SQS: undefined },
    { environment, log: silentLog, onLine: () => undefined },
  );
  try {
    const { url } = [...connection.queues.values()].find((queue) => queue.url.endsWith(`/${COPY_QUEUE}`)) ?? {
      url: '',
    };
    await sqsQueue({ client: connection.client, url }).sendAll(bodies, AbortSignal.timeout(SEND_MS));
  } finally {
    await connection.stop();
  }
}

/**
 * As if what is left in the copy queue had been received so often, which would take a day here and a week on AWS (fauxqs 2.4.1:
 * persistence.js). The mirror must not be running.
 */
export const ageMessages = (dataDir: string, receives: number): number =>
  withQueueTables(dataDir, (tables) => {
    const update = 'UPDATE sqs_messages SET approximate_receive_count = ? WHERE queue_name = ?';
    return Number(tables.prepare(update).run(receives, COPY_QUEUE).changes);
  });

/** Bodies of the dead letters. The mirror must not be running. */
export const lettersIn = (dataDir: string): readonly string[] =>
  withQueueTables(dataDir, (tables) => {
    const rows = tables.prepare('SELECT body FROM sqs_messages WHERE queue_name = ?').all(COPY_DEAD_LETTERS);
    return rows.map(({ body }) => String(body));
  });

/** Reads or writes its tables (fauxqs 2.4.1: persistence.js). The mirror must not be running. */
function withQueueTables<T>(dataDir: string, use: (tables: DatabaseSync) => T): T {
  const tables = new DatabaseSync(join(queueDirectory(dataDir), 'fauxqs.db'));
  try {
    return use(tables);
  } finally {
    tables.close();
  }
}
