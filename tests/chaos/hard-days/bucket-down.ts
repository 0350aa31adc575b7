/**
 * The buckets are on MinIO, and again and again one of them, or both, can't be used: refused, silent, overloaded, forbidden, cut off
 * in the middle of what is put. Copying pauses meanwhile, and no message dies of it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { startMinio } from '../../services/minio.ts';
import { createPlace } from '../../services/s3-place.ts';
import { openWorld } from '../../support/world.ts';
import { openSickStorage, SICKNESSES, type SickStorage } from '../sick-storage.ts';
import type { Day } from './day.ts';
import { type Lived, liveThrough } from './live.ts';

/** So slow that there is something to put whenever something is wrong. */
const UPSTREAM = ['--latency-ms', '60', '--kbps', '500'];
/** A body that breaks off, and a name that somebody else has written meanwhile, are failures of one object. */
const CODES = ['BUCKET_DOWN', 'BUCKET_FAILED', 'CONFLICT', 'UPSTREAM_FAILED'];
const BUCKETS = 'chaos';

interface Size {
  readonly rounds: number;
  readonly sickMs: readonly [number, number];
  readonly wellMs: readonly [number, number];
}

const SIZES: Readonly<Record<'short' | 'long', Size>> = {
  short: { rounds: 1, sickMs: [1_500, 2_500], wellMs: [300, 900] },
  long: { rounds: 3, sickMs: [3_000, 15_000], wellMs: [500, 5_000] },
};

export const bucketDown: Day = {
  name: 'bucket-down',
  trouble: 'a bucket can’t be used again and again',
  impossible: ({ minio }) => (minio === undefined ? 'needs MINIO' : undefined),
  async run({ shared, minio: program = '', ...told }) {
    await using opened = new AsyncDisposableStack();
    const minio = await startMinio(program);
    opened.defer(() => minio.close());
    const [cache, state] = [await openSickStorage(minio.endpoint), await openSickStorage(minio.endpoint)];
    opened.defer(async () => void (await Promise.all([cache.close(), state.close()])));
    const { buckets, environment } = await createPlace(minio, BUCKETS);
    const at = (bucket: string | undefined, storage: SickStorage): string =>
      (bucket ?? '').replace(minio.endpoint, storage.url);
    const through = { BUCKET: at(environment.BUCKET, cache), STATE: at(environment.STATE, state) };
    const world = await openWorld(shared, UPSTREAM, { buckets, environment: { ...environment, ...through } });
    opened.defer(() => world.close());
    return await liveThrough({
      ...told,
      day: 'bucket-down',
      world,
      codes: CODES,
      mostDead: 0,
      trouble: (lived) => sicken(lived, { cache, state }, SIZES[told.size], told),
    });
  },
};

/** Every sickness once a round, in random order, each of one bucket, the other or both. */
async function sicken(
  { world, dice }: Lived,
  { cache, state }: { readonly cache: SickStorage; readonly state: SickStorage },
  { rounds, sickMs, wellMs }: Size,
  { say, signal }: { readonly say: (line: string) => void; readonly signal?: AbortSignal },
): Promise<Readonly<Record<string, number>>> {
  for (let round = 0; round < rounds; round += 1) {
    const order = SICKNESSES.map((sickness) => ({ sickness, at: dice.between(0, 1) })).sort((a, b) => a.at - b.at);
    for (const [index, { sickness }] of order.entries()) {
      signal?.throwIfAborted();
      await delay(dice.between(...wellMs));
      const who = dice.pick([[cache], [state], [cache, state]]);
      say(`bucket-down: ${who.length > 1 ? 'both' : who.includes(cache) ? 'cache' : 'state'}: ${sickness}`);
      for (const storage of who) await storage.be(sickness);
      await delay(dice.between(...sickMs));
      for (const storage of who) await storage.be(undefined);
      if (index % 2 === 1) await world.upstream.advance();
    }
  }
  const counts: Record<string, number> = {};
  for (const [name, count] of [cache, state].flatMap((storage) => Object.entries(storage.counts())))
    counts[name] = (counts[name] ?? 0) + count;
  return counts;
}
