import { CreateQueueCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { deployedQueues, type Endpoint, type QueueUrls } from './deployed-queues.ts';
import type { Service } from './service.ts';

const queue = (logicalId: string, name: string, deadLetters?: string) => ({
  logicalId,
  name: `copycat-prod-${name}`,
  visibilityTimeoutSeconds: 30,
  retentionSeconds: 345_600,
  ...(deadLetters ? { redrive: { deadLetters, maxReceiveCount: 9 } } : {}),
});
const service: Service = {
  functions: [],
  queues: [
    queue('CopyQueue', 'copy', 'CopyDeadLetters'),
    queue('CopyDeadLetters', 'copy-dead-letters'),
    queue('LoadFailures', 'load-failures', 'LoadDeadLetters'),
    queue('LoadDeadLetters', 'load-dead-letters'),
  ],
};
const nothingSaid: QueueUrls = {
  stage: undefined,
  COPY_QUEUE_URL: undefined,
  COPY_DEAD_LETTERS_URL: undefined,
  LOAD_FAILURES_URL: undefined,
  LOAD_DEAD_LETTERS_URL: undefined,
};

describe('deployedQueues', () => {
  let server: ReturnType<typeof buildApp>;
  let at: Endpoint & { readonly endpoint: string };
  beforeEach(async () => {
    server = buildApp({ logger: false });
    const endpoint = await server.listen({ host: '127.0.0.1', port: 0 });
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    at = { client: new SQSClient({ endpoint, region: 'us-east-1', credentials }), endpoint };
  });
  afterEach(async () => {
    at.client.destroy();
    await server.close();
  });
  const url = (name: string) => `${at.endpoint}/000000000000/${name}`;
  const make = async (name: string, deadLetters?: string): Promise<void> => {
    await at.client.send(new CreateQueueCommand({ QueueName: name }));
    if (deadLetters === undefined) return;
    const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:${deadLetters}`;
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 9 });
    await at.client.send(new SetQueueAttributesCommand({ QueueUrl: url(name), Attributes: { RedrivePolicy } }));
  };
  const find = async (said: Partial<QueueUrls>) => {
    const found = await deployedQueues(service, at, { ...nothingSaid, ...said });
    return Object.fromEntries([...found].map(([logicalId, names]) => [logicalId, names.url]));
  };

  it('says which queue it looked for where there is none', async () => {
    const found = find({ stage: 'prod' });
    await expect(found).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
    await expect(found).rejects.toThrow(/no queue copycat-prod-copy at http/);
  });

  it('finds them by their names in a stage, and does without those that are not there', async () => {
    await make('copycat-prod-copy-dead-letters');
    await make('copycat-prod-copy', 'copycat-prod-copy-dead-letters');
    expect(await find({ stage: 'prod' })).toEqual({
      CopyQueue: url('copycat-prod-copy'),
      CopyDeadLetters: url('copycat-prod-copy-dead-letters'),
    });
  });

  it('takes one that is named by its address, with the dead letters of its policy, and none of another stage by name', async () => {
    await make('graveyard');
    await make('ours', 'graveyard');
    await make('copycat-prod-load-failures');
    expect(await find({ COPY_QUEUE_URL: url('ours') })).toEqual({
      CopyQueue: url('ours'),
      CopyDeadLetters: url('graveyard'),
    });
    const load = { LOAD_FAILURES_URL: url('copycat-prod-load-failures') };
    expect(await find({ COPY_QUEUE_URL: url('ours'), ...load })).toMatchObject({
      LoadFailures: load.LOAD_FAILURES_URL,
    });
  });

  it('says which queue it is that a server gives no address of', async () => {
    const odd = { send: async () => ({ QueueUrl: 'queue/copy' }) } as unknown as SQSClient;
    const there = { client: odd, endpoint: at.endpoint };
    await expect(deployedQueues(service, there, { ...nothingSaid, stage: 'prod' })).rejects.toMatchObject({
      message: 'could not ask for the queue copycat-prod-copy',
      cause: { message: expect.stringContaining('calls a queue "queue/copy", which is no address') },
    });
  });
});
