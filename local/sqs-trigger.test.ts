import { setTimeout as delay } from 'node:timers/promises';
import type { Message } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { memoryLog } from '../shared/log.ts';
import { backOffSeconds, type Receiver } from './receiver.ts';
import { startSqsTrigger } from './sqs-trigger.ts';

const message = (id: string, receives = 1): Message => ({
  MessageId: id,
  ReceiptHandle: `r-${id}`,
  Body: id,
  Attributes: { ApproximateReceiveCount: String(receives) },
});
const ids = (messages: readonly Message[]) => messages.map(({ MessageId }) => MessageId);

/** A queue that gives these batches and then none, and remembers what became of them. */
function queueOf(...batches: (readonly Message[] | Error)[]) {
  const left = [...batches];
  const deleted: unknown[] = [];
  const givenBack: unknown[] = [];
  const asked: number[] = [];
  const receiver: Receiver = {
    queue: { url: 'http://127.0.0.1:1/0/copy', arn: 'arn:aws:sqs:us-east-1:0:copy' },
    async receive(most) {
      asked.push(most);
      const next = left.shift();
      if (next instanceof Error) throw next;
      if (!next) await delay(5);
      return next ?? [];
    },
    delete: async (messages) => void deleted.push(...ids(messages)),
    giveBack: async (messages, delaySeconds = (each) => backOffSeconds(each, () => 1)) =>
      void givenBack.push(...messages.map((each) => [each.MessageId, delaySeconds(each)])),
  };
  return { receiver, deleted, givenBack, asked };
}

const functionThat = (invoke: (event: SQSEvent) => Promise<unknown>) => ({
  name: 'copy',
  ready: async () => undefined,
  invoke: invoke as (event: unknown) => Promise<unknown>,
});

async function run(queue: ReturnType<typeof queueOf>, invoke: (event: SQSEvent) => Promise<unknown>, ms = 40) {
  const log = memoryLog();
  const trigger = startSqsTrigger({ receiver: queue.receiver, processes: [functionThat(invoke)], batchSize: 10, log });
  await delay(ms);
  await trigger.stop();
  return log;
}

describe('startSqsTrigger', () => {
  it('gives a whole batch to one run, and deletes what is done', async () => {
    const queue = queueOf([message('a'), message('b')]);
    const batches: string[][] = [];
    await run(queue, async ({ Records }) => void batches.push(Records.map(({ body }) => body)));
    expect(batches).toEqual([['a', 'b']]);
    expect(queue).toMatchObject({ deleted: ['a', 'b'], givenBack: [] });
  });

  it('leaves alone what the function reported as not done', async () => {
    const queue = queueOf([message('a'), message('b'), message('c')]);
    await run(queue, async () => ({ batchItemFailures: [{ itemIdentifier: 'b' }] }));
    expect(queue).toMatchObject({ deleted: ['a', 'c'], givenBack: [] });
  });

  it.each([
    ['throws', () => Promise.reject(new Error('its process ended'))],
    ['reports an unknown message', async () => ({ batchItemFailures: [{ itemIdentifier: 'z' }] })],
  ])('gives a whole batch back, the later the more often it came, when the function %s', async (_how, invoke) => {
    const queue = queueOf([message('a'), message('b', 4), message('c', 60)]);
    const log = await run(queue, invoke);
    expect(queue).toMatchObject({
      deleted: [],
      givenBack: [
        ['a', 5],
        ['b', 40],
        ['c', 900],
      ],
    });
    expect(log.lines).toEqual([expect.objectContaining({ event: 'batch.failed', function: 'copy', messages: 3 })]);
  });

  it('goes on when the queue fails for a while', async () => {
    const queue = queueOf(new Error('connection refused'), [message('a')]);
    const log = await run(queue, async () => null, 800);
    expect(queue.deleted).toEqual(['a']);
    expect(log.lines).toEqual([expect.objectContaining({ event: 'queue.failed', level: 'warn' })]);
  });

  it('keeps every free process busy, each with a batch of its own', async () => {
    const queue = queueOf([message('a')], [message('b')], [message('c')]);
    let running = 0;
    let most = 0;
    const invoke = async () => {
      most = Math.max(most, ++running);
      await delay(30);
      running -= 1;
    };
    const trigger = startSqsTrigger({
      receiver: queue.receiver,
      processes: [functionThat(invoke), functionThat(invoke)],
      batchSize: 4,
      log: memoryLog(),
    });
    await delay(100);
    await trigger.stop();
    expect(most).toBe(2);
    expect(new Set(queue.asked)).toEqual(new Set([4]));
    expect(queue.deleted.toSorted()).toEqual(['a', 'b', 'c']);
  });

  it('gives back at once what arrives when it is already stopping', async () => {
    const queue = queueOf();
    const { promise: poll, resolve: arrive } = Promise.withResolvers<readonly Message[]>();
    const trigger = startSqsTrigger({
      receiver: { ...queue.receiver, receive: () => poll },
      processes: [functionThat(() => Promise.reject(new Error('must not run')))],
      batchSize: 10,
      log: memoryLog(),
    });
    await delay(10);
    const stopped = trigger.stop();
    arrive([message('a')]);
    await stopped;
    expect(queue).toMatchObject({ deleted: [], givenBack: [['a', 1]] });
  });

  it('waits for the batch under way', async () => {
    const queue = queueOf([message('a')]);
    const trigger = startSqsTrigger({
      receiver: queue.receiver,
      processes: [functionThat(() => delay(60))],
      batchSize: 10,
      log: memoryLog(),
    });
    await delay(20);
    await trigger.stop();
    expect(queue.deleted).toEqual(['a']);
  });
});
