import { formatSpoolStanding, parseSpoolStanding, SPOOL_STANDING_KEY } from '../../events/spool-standing.ts';
import { getText } from '../../shared/bucket/bucket.ts';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import { keepStanding } from './keep-standing.ts';

const calm = { waiting: { segments: 0, bytes: 0 }, loadedUpTo: undefined, dropped: 0 };

function world(bucket = memoryBucket()) {
  const time = { now: Date.parse('2026-11-25T12:00:00Z'), down: false };
  const puts: string[] = [];
  const refuse = () => Promise.reject(new Error('down'));
  const state = {
    get: (key: string) => (time.down ? refuse() : bucket.get(key)),
    async put(key: string, body: string) {
      if (time.down) return refuse();
      puts.push(body);
      return bucket.put(key, body);
    },
  };
  const deps = { state: state as typeof bucket, now: () => new Date(time.now), clock: () => time.now };
  const kept = async () => {
    const text = await getText(bucket, SPOOL_STANDING_KEY);
    return text === undefined ? undefined : parseSpoolStanding(text);
  };
  return { keeper: keepStanding(deps), again: () => keepStanding(deps), time, puts, kept, bucket };
}

describe('keepStanding', () => {
  it('writes what has changed, at most every fifteen seconds, and for the last time at once', async () => {
    const { keeper, time, puts, kept } = world();
    await keeper.tell(calm);
    time.now += 5_000;
    await keeper.tell({ ...calm, waiting: { segments: 1, bytes: 10 } });
    expect(puts).toHaveLength(1);
    time.now += 10_000;
    await keeper.tell({ ...calm, waiting: { segments: 2, bytes: 20 } });
    await expect(kept()).resolves.toMatchObject({ waiting: { segments: 2 }, at: '2026-11-25T12:00:15.000Z' });
    time.now += 60_000;
    await keeper.tell({ ...calm, waiting: { segments: 2, bytes: 20 } });
    expect(puts).toHaveLength(2);
    await keeper.tell(calm, true);
    await expect(kept()).resolves.toMatchObject({ waiting: { segments: 0 } });
  });

  it('adds up what was dropped, also over starts', async () => {
    const { keeper, again, time, kept } = world();
    await keeper.tell({ ...calm, dropped: 3 });
    time.now += 1_000;
    await keeper.tell({ ...calm, dropped: 4 });
    time.now += 20_000;
    await keeper.tell({ ...calm, loadedUpTo: new Date('2026-11-25T11:59:00Z') });
    await expect(kept()).resolves.toMatchObject({ dropped: { lines: 7, since: '2026-11-25T12:00:00.000Z' } });
    await again().tell({ ...calm, dropped: 1 });
    await expect(kept()).resolves.toMatchObject({
      loadedUpTo: '2026-11-25T11:59:00.000Z',
      dropped: { lines: 8, since: '2026-11-25T12:00:00.000Z', last: '2026-11-25T12:00:21.000Z' },
    });
  });

  it('forgets what was dropped a month ago', async () => {
    const { keeper, time, kept } = world();
    await keeper.tell({ ...calm, dropped: 3 });
    time.now += 31 * 24 * 3_600_000;
    await keeper.tell(calm);
    await expect(kept()).resolves.toMatchObject({ dropped: { lines: 0 } });
  });

  it('writes later what it could not write, and never forgets what stood there', async () => {
    const { keeper, time, kept, bucket } = world();
    const before = { at: '2026-11-25T00:00:00Z', waiting: { segments: 0, bytes: 0 } };
    const dropped = { lines: 100, since: '2026-11-24T00:00:00Z', last: '2026-11-24T00:00:00Z' };
    await bucket.put(SPOOL_STANDING_KEY, formatSpoolStanding({ ...before, dropped }));
    time.down = true;
    for (let times = 0; times < 3; times += 1) {
      await keeper.tell({ ...calm, dropped: 2 });
      time.now += 20_000;
    }
    time.down = false;
    await keeper.tell(calm);
    await expect(kept()).resolves.toMatchObject({ dropped: { lines: 106, since: '2026-11-24T00:00:00Z' } });
  });

  it('begins anew where what stood there is damaged', async () => {
    const { keeper, kept, bucket } = world();
    await bucket.put(SPOOL_STANDING_KEY, '{');
    await keeper.tell({ ...calm, dropped: 1 });
    await expect(kept()).resolves.toMatchObject({ dropped: { lines: 1 } });
  });
});
