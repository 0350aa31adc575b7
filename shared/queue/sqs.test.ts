import { CreateQueueCommand, ReceiveMessageCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { itIsAQueue } from './contract.ts';
import { sqsQueue } from './sqs.ts';

describe('a queue on SQS', () => {
  const server = buildApp({ logger: false });
  let client: SQSClient;
  let endpoint: string;

  beforeAll(async () => {
    endpoint = await server.listen({ host: '127.0.0.1', port: 0 });
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    client = new SQSClient({ endpoint, region: 'us-east-1', credentials });
  });
  afterAll(async () => {
    client.destroy();
    await server.close();
  });

  let queues = 0;
  const create = async (name: string): Promise<string> => {
    await client.send(new CreateQueueCommand({ QueueName: name }));
    return `${endpoint}/000000000000/${name}`;
  };

  itIsAQueue(async () => {
    queues += 1;
    const url = await create(`work-${queues}`);
    const deadLettersUrl = await create(`dead-${queues}`);
    const receive = async (from: string, most: number) => {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: from,
          MaxNumberOfMessages: most,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['All'],
        }),
      );
      return Messages;
    };
    return {
      queue: sqsQueue({ client, url, deadLettersUrl, batchesInFlight: 3 }),
      receive: async (most) =>
        (await receive(url, most)).map((message) => ({
          messageId: message.MessageId ?? '',
          receiptHandle: message.ReceiptHandle ?? '',
          body: message.Body ?? '',
          receives: Number(message.Attributes?.ApproximateReceiveCount),
          firstReceivedAt: new Date(Number(message.Attributes?.ApproximateFirstReceiveTimestamp)),
        })),
      dead: async () =>
        (await receive(deadLettersUrl, 10)).map(({ Body = '', MessageAttributes = {} }) => ({
          body: Body,
          attributes: Object.fromEntries(
            Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [name, StringValue]),
          ),
        })),
    };
  });

  /** A client whose batches are answered as told: which entries fail, and whose fault it is. */
  const refusing = (answers: { failed: string[]; senderFault: boolean }[]) => {
    const sent: string[][] = [];
    const send = async (command: unknown) => {
      if (!(command instanceof SendMessageBatchCommand)) throw new Error('unexpected');
      const entries = command.input.Entries ?? [];
      sent.push(entries.map(({ MessageBody = '' }) => MessageBody));
      const { failed, senderFault } = answers.shift() ?? { failed: [], senderFault: false };
      const Failed = entries
        .filter(({ MessageBody = '' }) => failed.includes(MessageBody))
        .map(({ Id }) => ({ Id, SenderFault: senderFault, Code: 'Refused' }));
      return { Failed };
    };
    return { client: { send } as unknown as SQSClient, sent };
  };

  it('sends single refused messages again', async () => {
    const { client: fake, sent } = refusing([{ failed: ['b'], senderFault: false }]);
    await sqsQueue({ client: fake, url: 'http://sqs/0/q' }).sendAll(['a', 'b', 'c'], AbortSignal.timeout(1_000));
    expect(sent).toEqual([['a', 'b', 'c'], ['b']]);
  });

  it.each([
    ['of its own fault', [{ failed: ['b'], senderFault: true }]],
    ['again and again', Array.from({ length: 9 }, () => ({ failed: ['b'], senderFault: false }))],
  ])('fails the sender when a message is refused %s', async (_how, answers) => {
    const { client: fake } = refusing(answers);
    const sending = sqsQueue({ client: fake, url: 'http://sqs/0/q' }).sendAll(['a', 'b'], AbortSignal.timeout(1_000));
    await expect(sending).rejects.toMatchObject({ code: 'QUEUE_FAILED', facts: { count: 1, answer: 'Refused' } });
  });
});
