/** The world of a real handler in a test: buckets on disk, queues by the SQS API, the sample upstream. All on the loopback. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { type LogRecord, parseLogRecord } from '../../events/log-record.ts';
import { listenSampleUpstream, SAMPLE_CHANNEL, type SampleUpstream } from './sample-upstream.ts';

export interface HandlerWorld {
  readonly upstream: SampleUpstream;
  /** What the handlers' configuration says of this world. */
  readonly environment: Readonly<Record<string, string>>;
  /** Takes up to ten messages out of a queue. */
  receive(
    queueUrl: string,
  ): Promise<readonly { readonly body: string; readonly attributes: Readonly<Record<string, string>> }[]>;
  /** What the handlers have written into the log stream. */
  records(): Promise<readonly LogRecord[]>;
  close(): Promise<void>;
}

export async function openHandlerWorld(): Promise<HandlerWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), 'copycat-'));
  const spool = path.join(folder, 'spool');
  const upstream = await listenSampleUpstream();
  const server = buildApp({ logger: false });
  const endpoint = await server.listen({ host: '127.0.0.1', port: 0 });
  const keys = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' };
  const credentials = { accessKeyId: keys.AWS_ACCESS_KEY_ID, secretAccessKey: keys.AWS_SECRET_ACCESS_KEY };
  const client = new SQSClient({ endpoint, region: keys.AWS_REGION, credentials });
  for (const QueueName of ['copy', 'dead']) await client.send(new CreateQueueCommand({ QueueName }));
  const queue = (name: string): string => `${endpoint}/000000000000/${name}`;
  return {
    upstream,
    environment: {
      ...keys,
      AWS_ENDPOINT_URL_SQS: endpoint,
      COPY_QUEUE_URL: queue('copy'),
      COPY_DEAD_LETTERS_URL: queue('dead'),
      BUCKET: `file://${folder}/cache`,
      STATE: `file://${folder}/state`,
      SPOOL: spool,
      UPSTREAM_URL: upstream.cacheUrl,
      CHANNELS_URL: upstream.channelsUrl,
      RELEASES_URL: upstream.releasesUrl,
      CHANNELS: SAMPLE_CHANNEL,
      TRUSTED_PUBLIC_KEYS: upstream.publicKey,
      MIN_FREE_BYTES: '0', // of the disk of whoever runs the tests
      LOG_LEVEL: 'error',
    },
    async receive(queueUrl) {
      const all = ['All'];
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: all }),
      );
      return Messages.map(({ Body = '', MessageAttributes = {} }) => ({
        body: Body,
        attributes: Object.fromEntries(
          Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [name, StringValue]),
        ),
      }));
    },
    async records() {
      await new Promise(setImmediate); // by then the spool's writer has written them
      const segments = (await readdir(spool)).sort().map((segment) => readFile(path.join(spool, segment), 'utf8'));
      return (await Promise.all(segments)).flatMap((text) => text.split('\n').filter(Boolean)).map(parseLogRecord);
    },
    async close() {
      client.destroy();
      await server.close();
      await upstream.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
