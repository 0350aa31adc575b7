import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { inheritedEnvironment } from '../shared/config/env.ts';
import { memoryLog } from '../shared/log.ts';
import { eventually, until } from '../tests/support/eventually.ts';
import { childrenOf } from '../tests/support/processes.ts';
import { ensureQueues } from './queues.ts';
import { receiver } from './receiver.ts';
import type { ServiceQueue } from './service.ts';
import { type SqsServer, startSqsServer } from './sqs-server.ts';

const queues: readonly ServiceQueue[] = [
  {
    logicalId: 'Work',
    name: 'work',
    visibilityTimeoutSeconds: 3600,
    retentionSeconds: 345_600,
    redrive: { deadLetters: 'Dead', maxReceiveCount: 5 },
  },
  { logicalId: 'Dead', name: 'dead', visibilityTimeoutSeconds: 30, retentionSeconds: 345_600 },
];

describe('the embedded queues', () => {
  let directory: string;
  let server: SqsServer;
  let client: SQSClient;
  const log = memoryLog();

  const start = async (graceMs = 60_000): Promise<void> => {
    const environment = inheritedEnvironment();
    server = await startSqsServer({ directory, environment, log, onLine: () => undefined, graceMs });
    client = new SQSClient({
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
  };
  const stop = async (): Promise<void> => {
    client.destroy();
    await server.stop();
  };
  const ensure = (more = queues) => ensureQueues(more, { client, endpoint: server.endpoint, ours: true });
  const workUrl = async () => (await ensure()).get('Work')?.url ?? '';

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'queues-'));
    await start();
  });
  afterEach(async () => {
    await stop();
    await rm(directory, { recursive: true });
  });

  it('answer on 127.0.0.1 only', async () => {
    const port = Number(new URL(server.endpoint).port);
    const others = Object.values(networkInterfaces()).flatMap((found = []) =>
      found.filter(({ address, family }) => family === 'IPv4' && address !== '127.0.0.1').map(({ address }) => address),
    );
    await expect(connecting('127.0.0.1', port)).resolves.toBe('connected');
    // All of 127.0.0.0/8 is this machine's: who listens on 0.0.0.0 answers there, even without any network.
    for (const address of ['127.0.0.2', ...others])
      await expect(connecting(address, port)).resolves.toBe('ECONNREFUSED');
  });

  it('have the names, the visibility timeout and the dead letters that the service says, also when it changes its mind', async () => {
    const url = await workUrl();
    expect(url).toBe(`${server.endpoint}/000000000000/work`);
    const changed = queues.map(({ redrive, ...queue }) => ({
      ...queue,
      visibilityTimeoutSeconds: 1,
      ...(redrive ? { redrive: { ...redrive, maxReceiveCount: 1 } } : {}),
    }));
    await ensure(changed);
    const work = receiver(client, { url, arn: '' });
    await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'a' }));
    expect(await work.receive(10)).toHaveLength(1);
    await expect(work.receive(10)).resolves.toEqual([]); // its second receive is one too many
    const dead = receiver(client, { url: url.replace('work', 'dead'), arn: '' });
    expect(await dead.receive(10)).toEqual([expect.objectContaining({ Body: 'a' })]);
  });

  it('give what was in flight at once to the next runtime, and nothing that was deleted', async () => {
    const url = await workUrl();
    for (const MessageBody of ['in flight', 'handed back', 'deleted', 'waiting'])
      await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 3 }));
    const handle = (body: string) => Messages.find(({ Body }) => Body === body)?.ReceiptHandle;
    await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: handle('deleted') }));
    const handBack = { QueueUrl: url, ReceiptHandle: handle('handed back'), VisibilityTimeout: 900 };
    await client.send(new ChangeMessageVisibilityCommand(handBack));
    await stop();

    await start();
    expect(server.released).toBe(2);
    const found = await receiver(client, { url: await workUrl(), arn: '' }).receive(10);
    expect(found.map(({ Body }) => Body).toSorted()).toEqual(['handed back', 'in flight', 'waiting']);
  });

  it('that were killed give back soon what nobody has answered, and take the answers of who still works', async () => {
    await stop();
    await start(5_000);
    const url = await workUrl();
    for (const MessageBody of ['lost', 'answered'])
      await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 2 }));
    for (const { pid } of await childrenOf(process.pid)) process.kill(pid, 'SIGKILL');
    const ReceiptHandle = Messages.find(({ Body }) => Body === 'answered')?.ReceiptHandle;
    const answer = () => client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle })).then(() => true);
    await until('the queues to be back', answer, 20_000);

    const work = receiver(client, { url, arn: '' });
    const found = await eventually(
      'what was lost',
      async () => (await work.receive(10)).map(({ Body }) => Body).find(Boolean),
      20_000,
    );
    expect(found).toBe('lost');
    await expect(work.receive(10)).resolves.toEqual([]);
  }, 60_000);
});

const connecting = (host: string, port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = connect({ host, port }, () => {
      socket.destroy();
      resolve('connected');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
  });
