import { BucketFull, Malformed, QueueFailed, UpstreamFailed } from '../errors.ts';
import { memoryLog } from '../log.ts';
import { sqsEvent } from '../testing/sqs-event.ts';
import { type Consumer, consumeBatch, type Run } from './consume-batch.ts';
import { memoryQueue } from './memory.ts';

const HOUR = 3_600_000;
const context = (ms: number) => ({ getRemainingTimeInMillis: () => ms });

function consumer(work: (message: string, run: Run) => Promise<void>, more: Partial<Consumer<string>> = {}) {
  const queue = memoryQueue();
  const log = memoryLog();
  const parse = (body: string) => {
    if (body === '{') throw new Malformed('not a message: not JSON', { field: '(all)' });
    return body;
  };
  const consume = consumeBatch({ parse, work, ...more }, { queue, log, answerMs: 500 });
  return { queue, log, consume };
}

describe('consumeBatch', () => {
  it('answers with no failures when all is done', async () => {
    const done: string[] = [];
    const { consume } = consumer(async (message) => void done.push(message));
    await expect(consume(sqsEvent(['a', 'b', 'c']), context(1_000))).resolves.toEqual({ batchItemFailures: [] });
    expect(done.sort()).toEqual(['a', 'b', 'c']);
  });

  it('keeps only what failed, and hands it back with a wait', async () => {
    const { consume, queue } = consumer(async (message) => {
      if (message === 'b') throw new UpstreamFailed('503');
    });
    const answer = await consume(sqsEvent(['a', 'b', 'c']), context(1_000));
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
    expect([...queue.handedBack.keys()]).toEqual(['m1']);
    expect(queue.handedBack.get('m1')).toBeGreaterThanOrEqual(15);
    expect(queue.dead).toEqual([]);
  });

  it('buries what will never parse, with its reason, while the rest is done', async () => {
    const { consume, queue } = consumer(async () => undefined);
    const firstReceivedAt = new Date('2026-11-01T00:00:00Z');
    await expect(consume(sqsEvent(['a', '{'], { receives: 2, firstReceivedAt }), context(1_000))).resolves.toEqual({
      batchItemFailures: [],
    });
    expect(queue.dead).toMatchObject([
      {
        body: '{',
        certificate: {
          code: 'MALFORMED',
          verdict: 'reject',
          reason: 'not a message: not JSON',
          attempts: 2,
          firstSeen: firstReceivedAt,
        },
      },
    ]);
  });

  it('buries what failed to the end, after the last word', async () => {
    const words: string[] = [];
    const fail = async () => {
      throw new UpstreamFailed('503');
    };
    const { consume, queue } = consumer(fail, { beforeBury: async (message) => void words.push(String(message)) });
    const firstReceivedAt = new Date(Date.now() - 7 * HOUR);
    await expect(consume(sqsEvent(['a'], { receives: 9, firstReceivedAt }), context(1_000))).resolves.toEqual({
      batchItemFailures: [],
    });
    expect(words).toEqual(['a']);
    expect(queue.dead).toMatchObject([{ body: 'a', certificate: { code: 'UPSTREAM_FAILED', verdict: 'retry' } }]);
  });

  it('hands a deadline back at no cost, however old the message is', async () => {
    const { consume, queue } = consumer(
      (_message, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    const firstReceivedAt = new Date(Date.now() - 7 * HOUR);
    const answer = await consume(sqsEvent(['slow'], { receives: 20, firstReceivedAt }), context(1_000));
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(queue.handedBack.get('m0')).toBe(1);
    expect(queue.dead).toEqual([]);
  });

  it('keeps what waits for room without a word each, and sends it anew before its count runs out', async () => {
    const { consume, queue, log } = consumer(async () => Promise.reject(new BucketFull('no room')));
    const firstReceivedAt = new Date(Date.now() - 100 * HOUR);
    await expect(consume(sqsEvent(['a'], { receives: 79, firstReceivedAt }), context(1_000))).resolves.toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }],
    });
    expect(queue.sent).toEqual([]);
    await expect(consume(sqsEvent(['a'], { receives: 80, firstReceivedAt }), context(1_000))).resolves.toEqual({
      batchItemFailures: [],
    });
    expect(queue.sent).toEqual(['a']);
    expect(queue.dead).toEqual([]);
    expect(log.lines.filter(({ level }) => level !== 'debug')).toEqual([]);
  });

  it('buries what nobody ever answered without touching it, before SQS does so without a word', async () => {
    const [worked, words]: [string[], string[]] = [[], []];
    const { consume, queue } = consumer(async (message) => void worked.push(message), {
      beforeBury: async (message) => void words.push(String(message)),
    });
    await expect(consume(sqsEvent(['a'], { receives: 95 }), context(1_000))).resolves.toEqual({
      batchItemFailures: [],
    });
    expect({ worked, dead: queue.dead }).toEqual({ worked: ['a'], dead: [] });
    await expect(consume(sqsEvent(['a'], { receives: 96 }), context(1_000))).resolves.toEqual({
      batchItemFailures: [],
    });
    expect({ worked, words }).toEqual({ worked: ['a'], words: ['a'] });
    expect(queue.dead).toMatchObject([{ body: 'a', certificate: { code: 'UNANSWERED', attempts: 96 } }]);
  });

  it('answers in time even when the work does not heed the deadline', async () => {
    const { consume } = consumer((message) =>
      message === 'deaf' ? new Promise<void>(() => undefined) : Promise.resolve(),
    );
    const began = performance.now();
    await expect(consume(sqsEvent(['a', 'deaf']), context(1_000))).resolves.toEqual({
      batchItemFailures: [{ itemIdentifier: 'm1' }],
    });
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('keeps a message that could not be buried', async () => {
    const { queue, log } = consumer(async () => undefined);
    const broken = { ...queue, bury: () => Promise.reject(new QueueFailed('the dead letters are gone')) };
    const parse = () => {
      throw new Malformed('never');
    };
    const consume = consumeBatch({ parse, work: async () => undefined }, { queue: broken, log });
    await expect(consume(sqsEvent(['{']), context(1_000))).resolves.toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }],
    });
    expect(log.lines.map(({ event }) => event)).toEqual(['message.stays']);
  });

  it('says once of each message that was not done what became of it, and how long that took', async () => {
    const unkept = { handBack: () => Promise.reject(new QueueFailed('the queue is gone')) };
    for (const [body, more, outcome] of [
      ['fails', {}, 'not-done'],
      ['fails', unkept, 'stays'],
      ['waits', {}, 'not-done'],
      ['{', {}, 'buried'],
    ] as const) {
      const { queue, log } = consumer(async () => undefined);
      const parse = (text: string) => {
        if (text === '{') throw new Malformed('never');
        return text;
      };
      const work = (message: string) =>
        Promise.reject(message === 'waits' ? new BucketFull('no room') : new UpstreamFailed('503'));
      const consume = consumeBatch({ parse, work }, { queue: { ...queue, ...more }, log });
      await consume(sqsEvent([body]), context(1_000));
      expect(log.lines).toMatchObject([{ outcome, message_id: 'm0', duration_ms: expect.any(Number) }]);
    }
  });

  it('does not bury before the last word is written', async () => {
    const { consume, queue } = consumer(async () => Promise.reject(new Malformed('never')), {
      beforeBury: () => Promise.reject(new Error('bucket down')),
    });
    await expect(consume(sqsEvent(['a']), context(1_000))).resolves.toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }],
    });
    expect(queue.dead).toEqual([]);
  });

  it('tells the work how often its message has been received', async () => {
    const receives: number[] = [];
    const { consume } = consumer(async (_message, run) => void receives.push(run.receives));
    await consume(sqsEvent(['a']), context(1_000));
    await consume(sqsEvent(['a'], { receives: 7 }), context(1_000));
    expect(receives).toEqual([1, 7]);
  });

  it('tells the work when it is alone: when all others of its batch are done', async () => {
    const alone: boolean[] = [];
    const { consume } = consumer(async (message, run) => {
      alone.push(run.alone());
      if (message !== 'slow') return;
      await new Promise((resolve) => setTimeout(resolve, 50));
      alone.push(run.alone());
    });
    await consume(sqsEvent(['a']), context(1_000));
    await consume(sqsEvent(['b', 'slow', 'c']), context(1_000));
    expect(alone).toEqual([true, false, false, false, true]);
  });
});

describe('onFailure', () => {
  const old = { firstReceivedAt: new Date(Date.now() - 7 * HOUR) };

  function told(error: unknown, more: Partial<Consumer<string>> = {}) {
    const failures: unknown[] = [];
    const fail = async (message: string) => {
      if (message !== 'fine') throw error;
    };
    return { failures, ...consumer(fail, { onFailure: (failure) => void failures.push(failure), ...more }) };
  }

  it('hears of what is tried again, and of what is dead, each time once', async () => {
    const error = new UpstreamFailed('503');
    const { consume, failures } = told(error);
    await consume(sqsEvent(['fine', 'a'], { ...old, receives: 3 }), context(1_000));
    await consume(sqsEvent(['a'], { ...old, receives: 9 }), context(1_000));
    const failure = { message: 'a', error, ms: expect.any(Number) };
    expect(failures).toEqual([
      { ...failure, receives: 3, dead: false },
      { ...failure, receives: 9, dead: true },
    ]);
  });

  it('hears of what does not parse, of which there is no message', async () => {
    const { consume, failures } = told(undefined);
    await consume(sqsEvent(['{']), context(1_000));
    expect(failures).toMatchObject([{ message: undefined, error: { code: 'MALFORMED' }, dead: true }]);
  });

  it('hears nothing of what waits for a bucket, and nothing of what was out of time', async () => {
    const waits = told(new BucketFull('no room'));
    await waits.consume(sqsEvent(['a'], { receives: 5 }), context(1_000));
    await waits.consume(sqsEvent(['a'], { receives: 80 }), context(1_000));
    const late = told(undefined, { work: () => new Promise(() => undefined) });
    await late.consume(sqsEvent(['a']), context(100));
    expect([...waits.failures, ...late.failures]).toEqual([]);
  });

  it('calls nothing dead that is not in the dead letters', async () => {
    const { consume, failures } = told(new Malformed('never'), { beforeBury: () => Promise.reject(new Error('down')) });
    await consume(sqsEvent(['a']), context(1_000));
    expect(failures).toEqual([]);
  });
});
