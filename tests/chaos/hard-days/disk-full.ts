/**
 * The file system of both buckets is full, to its last byte (ENOSPC in the middle of what is written) or up to MIN_FREE_BYTES; then there
 * is room again. Copying pauses meanwhile, no message dies of it, and nothing half written is left.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { until } from '../../support/eventually.ts';
import { directoriesIn, temporaryFiles } from '../../support/holdings.ts';
import type { Program } from '../../support/program.ts';
import { makeFolder, removeFolder } from '../../support/temporary-folder.ts';
import { openWorld } from '../../support/world.ts';
import { linesOf } from '../accounted.ts';
import { mountSmallDisk, type SmallDisk, whyNoSmallDisk } from '../small-disk.ts';
import type { Day, DayOptions, DayReport } from './day.ts';
import { type Counts, type Lived, liveThrough } from './live.ts';

/** So slow that there is something to write whenever the disk is full. */
const UPSTREAM = ['--latency-ms', '60', '--kbps', '500'];
const CODES = ['BUCKET_FULL', 'CONFLICT', 'UPSTREAM_FAILED'];
const DISK_BYTES = 64 * 2 ** 20;
const NOTICED_MS = 60_000;

interface Kind {
  readonly name: string;
  readonly trouble: string;
  readonly minFreeBytes: number;
  /** What lies on it: both buckets, or all of DATA_DIR, with the queues. */
  readonly holds: 'buckets' | 'everything';
  /** What is left when it is said to be full. */
  readonly leave: readonly [number, number];
}

interface Size {
  readonly times: number;
  readonly beforeMs: readonly [number, number];
  readonly fullMs: readonly [number, number];
}

const SIZES: Readonly<Record<'short' | 'long', Size>> = {
  short: { times: 1, beforeMs: [500, 2_000], fullMs: [2_000, 4_000] },
  long: { times: 5, beforeMs: [500, 6_000], fullMs: [3_000, 20_000] },
};

export const diskFull = dayOf({
  name: 'disk-full',
  trouble: 'the disk is full to its last byte',
  holds: 'buckets',
  minFreeBytes: 0,
  leave: [0, 200_000],
});

export const diskNearlyFull = dayOf({
  name: 'disk-nearly-full',
  trouble: 'the disk has less than MIN_FREE_BYTES left',
  holds: 'buckets',
  minFreeBytes: 24_000_000,
  leave: [16_000_000, 23_000_000],
});

export const dataDirFull = dayOf({
  name: 'data-dir-full',
  trouble: 'the disk of everything is full, queues included',
  holds: 'everything',
  minFreeBytes: 0,
  leave: [0, 200_000],
});

function dayOf(kind: Kind): Day {
  const { name, trouble } = kind;
  return { name, trouble, impossible: whyNoSmallDisk, run: (told) => live(kind, told) };
}

async function live(kind: Kind, { shared, ...told }: DayOptions): Promise<DayReport> {
  await using opened = new AsyncDisposableStack();
  const folder = await makeFolder();
  opened.defer(() => removeFolder(folder));
  const limit = { MIN_FREE_BYTES: String(kind.minFreeBytes) };
  const on = join(folder, 'disk');
  const place = kind.holds === 'buckets' ? { buckets: directoriesIn(on), environment: bucketsAt(on) } : undefined;
  const world = await openWorld(shared, UPSTREAM, place);
  opened.defer(() => world.close());
  const disk = await mountSmallDisk(place ? on : world.dataDir, DISK_BYTES);
  opened.defer(() => disk.unmount());
  const report = await liveThrough({
    ...told,
    day: kind.name,
    world,
    environment: limit,
    codes: kind.holds === 'buckets' ? CODES : [...CODES, 'QUEUE_FAILED'],
    mostDead: 0,
    trouble: (lived) => fill(lived, disk, { ...kind, ...SIZES[told.size] }, told),
  });
  const left = place ? await temporaryFiles(on) : [];
  if (left.length > 0) throw new Error(`${kind.name}: temporary files are left:\n${left.join('\n')}`);
  return report;
}

const bucketsAt = (directory: string) => ({
  BUCKET: pathToFileURL(join(directory, 'cache')).href,
  STATE: pathToFileURL(join(directory, 'state')).href,
});

async function fill(
  { world, program, dice }: Lived,
  disk: SmallDisk,
  { times, beforeMs, fullMs, leave, name }: Kind & Size,
  { say, signal }: Pick<DayOptions, 'say' | 'signal'>,
): Promise<Counts> {
  for (let time = 0; time < times; time += 1) {
    signal?.throwIfAborted();
    await delay(dice.between(...beforeMs));
    const before = pausesOf(program);
    await disk.leaveFree(dice.between(...leave));
    await world.upstream.advance(); // so that there is something to bring
    await until('copying to pause', async () => pausesOf(program) > before, NOTICED_MS);
    say(`${name}: paused with ${await disk.free()} bytes left`);
    await delay(dice.between(...fullMs));
    await disk.makeRoom();
  }
  return { filled: times, paused: pausesOf(program) };
}

const pausesOf = (program: Program): number =>
  linesOf(program).filter(({ event, reason }) => event === 'copy.paused' && reason === 'BUCKET_FULL').length;
