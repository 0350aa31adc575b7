/** The wiring: the real handler on buckets on disk and an SQS API on the loopback. */
import type { ScheduledEvent } from 'aws-lambda';
import { parseCopyRequested } from '../../events/copy-requested.ts';
import { stagedKey } from '../../events/staged.ts';
import { getText } from '../../shared/bucket/bucket.ts';
import { openBucket } from '../../shared/bucket/open.ts';
import { setEnvironment } from '../../shared/testing/environment.ts';
import { type HandlerWorld, openHandlerWorld } from '../../shared/testing/handler-world.ts';
import { contextWith, sample } from '../../shared/testing/lambda.ts';

describe('the publish function', () => {
  let world: HandlerWorld;
  beforeAll(async () => {
    world = await openHandlerWorld();
    setEnvironment(world.environment);
  });
  afterAll(() => world.close());

  it('asks for a reference, then makes names', async () => {
    const { handler } = await import('./handler.ts');
    const event = await sample<ScheduledEvent>('publish.scheduled');
    const { BUCKET = '', STATE = '', COPY_QUEUE_URL = '' } = world.environment;
    const [bucket, state] = [openBucket(BUCKET), openBucket(STATE)];
    const { hello, libc } = world.upstream;
    for (const { narKey, narFile, narHash } of [hello, libc])
      await bucket.put(narKey, narFile, { metadata: { 'nar-hash': narHash } });
    await state.put(stagedKey(hello.hash), hello.narInfo);
    await expect(handler(event, contextWith(30_000))).resolves.toMatchObject({ outcome: 'ticked', shown: 0, asked: 1 });
    expect((await world.receive(COPY_QUEUE_URL)).map(({ body }) => parseCopyRequested(body).hash)).toEqual([libc.hash]);
    await state.put(stagedKey(libc.hash), libc.narInfo);
    await untilTicked(() => handler(event, contextWith(30_000)));
    expect(await getText(bucket, `${hello.hash}.narinfo`)).toBe(hello.narInfo);
    expect(await getText(bucket, 'nix-cache-info')).toBe('StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 41\n');
  });
});

/** Ticks are paced: one may have to wait for ten times as long as the last listing took. */
async function untilTicked(tick: () => Promise<{ readonly outcome: string }>): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await tick()).outcome === 'ticked') return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('no tick came');
}
