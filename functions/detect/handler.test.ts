/** The wiring: the real handler on buckets on disk, an SQS API and an upstream on the loopback. */
import type { ScheduledEvent } from 'aws-lambda';
import { parseCopyRequested } from '../../events/copy-requested.ts';
import { setEnvironment } from '../../shared/testing/environment.ts';
import { type HandlerWorld, openHandlerWorld } from '../../shared/testing/handler-world.ts';
import { contextWith, sample } from '../../shared/testing/lambda.ts';
import { SAMPLE_CHANNEL, SAMPLE_RELEASE } from '../../shared/testing/sample-upstream.ts';

describe('the detect function', () => {
  let world: HandlerWorld;
  beforeAll(async () => {
    world = await openHandlerWorld();
    setEnvironment(world.environment);
  });
  afterAll(() => world.close());

  it('asks for what a new release lists, and the second time for nothing, by one request', async () => {
    const { handler } = await import('./handler.ts');
    const event = await sample<ScheduledEvent>('detect.scheduled');
    await expect(handler(event, contextWith(30_000))).resolves.toMatchObject({
      channels: [{ channel: SAMPLE_CHANNEL, outcome: 'detected', release: SAMPLE_RELEASE, listed: 1, asked: 1 }],
    });
    const { COPY_QUEUE_URL = '' } = world.environment;
    const asked = (await world.receive(COPY_QUEUE_URL)).map(({ body }) => parseCopyRequested(body));
    expect(asked).toEqual([{ type: 'copy-requested', hash: world.upstream.hello.hash, release: SAMPLE_RELEASE }]);

    const update = { kind: 'channel_update', channel: SAMPLE_CHANNEL, release: SAMPLE_RELEASE };
    expect(await world.records()).toMatchObject([{ ...update, outcome: 'detected', paths: 1, new_paths: 1 }]);

    const before = world.upstream.requests.length;
    await expect(handler(event, contextWith(30_000))).resolves.toMatchObject({ channels: [{ outcome: 'unchanged' }] });
    expect(world.upstream.requests.length - before).toBe(1);
    expect(await world.receive(COPY_QUEUE_URL)).toEqual([]);
  });
});
