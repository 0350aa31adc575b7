/** The wiring: the real handler on buckets on disk. */
import type { ScheduledEvent } from 'aws-lambda';
import { COLLECTED_KEY, formatCollected, parseCollected } from '../../events/collected.ts';
import { getText } from '../../shared/bucket/bucket.ts';
import { openBucket } from '../../shared/bucket/open.ts';
import { setEnvironment } from '../../shared/testing/environment.ts';
import { type HandlerWorld, openHandlerWorld } from '../../shared/testing/handler-world.ts';
import { contextWith, sample } from '../../shared/testing/lambda.ts';

describe('the collect function', () => {
  let world: HandlerWorld;
  beforeAll(async () => {
    world = await openHandlerWorld();
    setEnvironment({ ...world.environment, SPOOL: 'off' });
  });
  afterAll(() => world.close());

  it('waits a day, and takes nothing away where no release is known', async () => {
    const { handler } = await import('./handler.ts');
    const event = await sample<ScheduledEvent>('collect.scheduled');
    const { BUCKET = '', STATE = '' } = world.environment;
    const [bucket, state] = [openBucket(BUCKET), openBucket(STATE)];
    const { libc } = world.upstream;
    await bucket.put(libc.narKey, libc.narFile, { metadata: { 'nar-hash': libc.narHash } });
    await bucket.put(`${libc.hash}.narinfo`, libc.narInfo);
    await expect(handler(event, contextWith(300_000))).resolves.toEqual({ outcome: 'not-due' });
    const past = '2026-11-01T00:00:00.000Z';
    await state.put(COLLECTED_KEY, formatCollected({ outcome: 'waiting', at: past, next: past }));
    const refused = { outcome: 'refused', reason: expect.stringContaining('nixos-unstable') };
    await expect(handler(event, contextWith(300_000))).resolves.toMatchObject(refused);
    expect(parseCollected((await getText(state, COLLECTED_KEY)) ?? '')).toMatchObject(refused);
    expect(await getText(bucket, `${libc.hash}.narinfo`)).toBe(libc.narInfo);
  });
});
