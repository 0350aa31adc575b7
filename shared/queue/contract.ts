/** What every queue promises; run on memory and on a real SQS API. */
import { QueueFailed } from '../errors.ts';
import type { Delivery, Queue } from './queue.ts';

/** A queue with its two other ends, which belong to Lambda and to the operator. */
export interface OpenQueue {
  readonly queue: Queue;
  receive(most: number): Promise<readonly Delivery[]>;
  /** Bodies and attributes of what was buried. */
  dead(): Promise<readonly { readonly body: string; readonly attributes: Readonly<Record<string, string>> }[]>;
}

const live = () => AbortSignal.timeout(10_000);

export function itIsAQueue(open: () => Promise<OpenQueue>): void {
  it('gives every message that was sent, each once', async () => {
    const { queue, receive } = await open();
    const bodies = Array.from({ length: 25 }, (_, i) => `message ${i}`);
    await expect(queue.sendAll(bodies, live())).resolves.toBe(25);
    const received: string[] = [];
    while (received.length < 25) {
      const batch = await receive(10);
      if (batch.length === 0) break;
      received.push(...batch.map(({ body }) => body));
    }
    expect(received.sort()).toEqual(bodies.sort());
  });

  it('sends nothing for nothing', async () => {
    const { queue } = await open();
    await expect(queue.sendAll([], live())).resolves.toBe(0);
    await expect(queue.depth()).resolves.toEqual({ waiting: 0, inFlight: 0, delayed: 0 });
  });

  it('takes bodies from an iterable that makes them as it goes', async () => {
    const { queue } = await open();
    async function* bodies() {
      for (let i = 0; i < 12; i += 1) yield String(i);
    }
    await expect(queue.sendAll(bodies(), live())).resolves.toBe(12);
    await expect(queue.depth()).resolves.toMatchObject({ waiting: 12 });
  });

  it('counts what waits and what is in flight', async () => {
    const { queue, receive } = await open();
    await queue.sendAll(['a', 'b', 'c'], live());
    await receive(1);
    await expect(queue.depth()).resolves.toEqual({ waiting: 2, inFlight: 1, delayed: 0 });
  });

  it('gives a message again that was handed back, and counts the receives', async () => {
    const { queue, receive } = await open();
    await queue.sendAll(['again'], live());
    const [first] = await receive(1);
    if (!first) throw new Error('nothing received');
    expect(first.receives).toBe(1);
    await queue.handBack(first, 1);
    await expect(untilReceived(receive)).resolves.toMatchObject({ body: 'again', receives: 2 });
  });

  it('buries a message with its reason', async () => {
    const { queue, receive, dead } = await open();
    await queue.sendAll(['{"type":"?"}'], live());
    const [delivery] = await receive(1);
    if (!delivery) throw new Error('nothing received');
    await queue.bury(delivery, {
      code: 'MALFORMED',
      verdict: 'reject',
      reason: 'not a copy request: type: \u0000 odd',
      attempts: 3,
      firstSeen: new Date('2026-11-01T00:00:00Z'),
      buriedAt: new Date('2026-11-02T00:00:00Z'),
    });
    expect(await dead()).toMatchObject([
      {
        body: '{"type":"?"}',
        attributes: {
          code: 'MALFORMED',
          verdict: 'reject',
          attempts: '3',
          'first-seen': '2026-11-01T00:00:00.000Z',
          'buried-at': '2026-11-02T00:00:00.000Z',
          reason: expect.stringContaining('not a copy request'),
        },
      },
    ]);
  });

  it('buries what is as large as can be, with its reason and as much of itself as there is room for', async () => {
    const { queue, receive, dead } = await open();
    const body = `{"é":"${'é'.repeat((1_048_576 - 9) / 2)}"}`;
    await queue.sendAll([body], live());
    const [delivery] = await receive(1);
    if (!delivery) throw new Error('nothing received');
    const [firstSeen, buriedAt] = [new Date('2026-11-01T00:00:00Z'), new Date('2026-11-02T00:00:00Z')];
    const reason = 'é'.repeat(2_000);
    await queue.bury(delivery, { code: 'MALFORMED', verdict: 'reject', reason, attempts: 1, firstSeen, buriedAt });
    const [letter] = await dead();
    expect(letter?.attributes.code).toBe('MALFORMED');
    expect(letter?.body.length).toBeGreaterThan(500_000);
    expect(letter?.body.slice(0, 500_000)).toBe(body.slice(0, 500_000));
  });

  it('fails the sender when the source of the bodies fails', async () => {
    const { queue } = await open();
    async function* broken() {
      yield 'one';
      throw new QueueFailed('the source broke');
    }
    await expect(queue.sendAll(broken(), live())).rejects.toThrow('the source broke');
  });

  it('stops sending when told to', async () => {
    const { queue } = await open();
    await expect(queue.sendAll(['one'], AbortSignal.abort())).rejects.toThrow();
  });
}

async function untilReceived(receive: OpenQueue['receive']): Promise<Delivery | undefined> {
  for (let tries = 0; tries < 40; tries += 1) {
    const [delivery] = await receive(1);
    if (delivery) return delivery;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return undefined;
}
