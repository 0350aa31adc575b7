import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { openSqsClient } from '../shared/queue/open.ts';
import { queueDifferences } from './queue-differences.ts';
import { ensureQueues } from './queues.ts';

describe('the queues of an SQS that is not ours', () => {
  const server = buildApp({ logger: false });
  let client: SQSClient;
  let endpoint: string;
  beforeAll(async () => {
    endpoint = await server.listen({ host: '127.0.0.1', port: 0 });
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    client = openSqsClient({ endpoint, region: 'us-east-1', credentials });
  });
  afterAll(async () => {
    client.destroy();
    await server.close();
  });

  const queuesOf = (name: string, visibilityTimeoutSeconds = 5400) => [
    {
      ...{ logicalId: 'Work', name, visibilityTimeoutSeconds, retentionSeconds: 1_209_600 },
      redrive: { deadLetters: 'Dead', maxReceiveCount: 100 },
    },
    { logicalId: 'Dead', name: `${name}-dead`, visibilityTimeoutSeconds: 30, retentionSeconds: 1_209_600 },
  ];
  const attributesAt = async (QueueUrl = '') =>
    (await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes;

  it('are made where they are missing, with all that is said of them', async () => {
    const queues = queuesOf('missing');
    const names = await ensureQueues(queues, { client, endpoint, ours: false });
    expect(await attributesAt(names.get('Work')?.url)).toMatchObject({
      VisibilityTimeout: '5400',
      MessageRetentionPeriod: '1209600',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: names.get('Dead')?.arn, maxReceiveCount: 100 }),
    });
    await expect(queueDifferences(queues, names, client)).resolves.toEqual([]);
  });

  it('are left as they are where somebody has made them, and what is different is known', async () => {
    await ensureQueues(queuesOf('theirs', 60), { client, endpoint, ours: false });
    const queues = queuesOf('theirs');
    const names = await ensureQueues(queues, { client, endpoint, ours: false });
    expect(await attributesAt(names.get('Work')?.url)).toMatchObject({ VisibilityTimeout: '60' });
    await expect(queueDifferences(queues, names, client)).resolves.toEqual([
      { queue: 'theirs', differs: ['hides a message for 60 s while it is worked on, not 5400'] },
    ]);
  });

  it('that are ours become what is said now', async () => {
    await ensureQueues(queuesOf('ours', 60), { client, endpoint, ours: true });
    const names = await ensureQueues(queuesOf('ours'), { client, endpoint, ours: true });
    expect(await attributesAt(names.get('Work')?.url)).toMatchObject({ VisibilityTimeout: '5400' });
  });
});
