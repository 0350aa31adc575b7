import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { itIsAQueue } from './contract.ts';
import { sqsQueue } from './sqs.ts';
import { openSqsQueue } from './sqs-fixture.ts';

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
  itIsAQueue(() => {
    queues += 1;
    return openSqsQueue(client, endpoint, String(queues));
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
