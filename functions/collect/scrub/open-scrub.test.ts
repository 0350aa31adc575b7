/** The wiring: a slice on buckets on disk, as collect's handler does it. */
import { formatScrub, parseScrub, SCRUB_KEY } from '../../../events/scrub.ts';
import { getText } from '../../../shared/bucket/bucket.ts';
import { openBucket } from '../../../shared/bucket/open.ts';
import { listingKey, narInfoKey } from '../../../shared/nix/cache-object.ts';
import { setEnvironment } from '../../../shared/testing/environment.ts';
import { type HandlerWorld, openHandlerWorld } from '../../../shared/testing/handler-world.ts';
import { openScrub } from './open-scrub.ts';

const live = AbortSignal.timeout(60_000);
const MINUTE = 60_000;

describe('the scrub, wired', () => {
  let world: HandlerWorld;
  beforeAll(async () => {
    world = await openHandlerWorld();
    setEnvironment(world.environment);
  });
  afterAll(() => world.close());

  it('withdraws a name whose NAR is gone, and does nothing when it may read nothing', async () => {
    const { BUCKET = '', STATE = '' } = world.environment;
    const [bucket, state] = [openBucket(BUCKET), openBucket(STATE)];
    const { libc } = world.upstream;
    await bucket.put(narInfoKey(libc.hash), libc.narInfo);
    await bucket.put(listingKey(libc.hash), '{}');
    await state.put(SCRUB_KEY, formatScrub({ at: new Date().toISOString(), allowance: 1_000_000 }));
    const scrub = openScrub();
    await expect(scrub({ endsAt: Date.now() + 15 * MINUTE }, live)).resolves.toMatchObject({
      outcome: 'round-over',
      withdrawn: { outcome: 'done', paths: 1, names: 1 },
    });
    expect(await bucket.head(narInfoKey(libc.hash))).toBeUndefined();
    expect(parseScrub((await getText(state, SCRUB_KEY)) ?? '').last).toMatchObject({ found: { 'nar-missing': 1 } });

    setEnvironment({ ...world.environment, SCRUB_BYTES_PER_DAY: '0' });
    await expect(openScrub()({ endsAt: Date.now() + 15 * MINUTE }, live)).resolves.toEqual({ outcome: 'off' });
  });
});
