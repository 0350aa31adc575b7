/**
 * Reads NARs for who asks, a few at a time and each once: two store paths may share one. Only what is bad a second time, some seconds
 * later, is called rotten: a disk stumbles, and a sound NAR is not to be thrown away for it.
 */
import type { Bucket } from '../../../shared/bucket/bucket.ts';
import type { NarInfo } from '../../../shared/nix/narinfo.ts';
import { roomOf } from '../../../shared/nix/room.ts';
import { checkNar, type NarFound } from './check-nar.ts';

export interface NarFigures {
  /** NARs that were read, and the bytes of their files. */
  nars: number;
  bytes: number;
}

/** As many as there are threads that decompress. */
const NARS_AT_ONCE = 4;

const PAUSE_MS = 5_000;
/** Two for one verdict, and one more for an object that came in between. */
const MOST_READS = 3;
/** NARs in a row that the disk can't read: more is the disk's failure, and said to be. */
const MOST_LOST = 3;

export interface ReaderDeps {
  readonly bucket: Pick<Bucket, 'get'>;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/**
 * @param figures is kept up to date, for who watches.
 * @returns what throws {BucketFailed} when the bucket fails, and from the fourth NAR in a row that the disk can't read.
 */
export function createNarReader({ bucket, sleep }: ReaderDeps, figures: NarFigures) {
  let lost = 0;
  const places = roomOf(NARS_AT_ONCE);
  const read = new Map<string, Promise<NarFound>>();

  async function readAgain(key: string, narInfo: NarInfo, signal: AbortSignal): Promise<NarFound> {
    const onBytes = (bytes: number): void => {
      figures.bytes += bytes;
    };
    let bad: string | undefined;
    for (let reads = 0; reads < MOST_READS; reads += 1) {
      if (reads > 0) await sleep(PAUSE_MS, signal);
      const found = await checkNar(key, narInfo, { bucket, onBytes }, signal);
      if (found.state !== 'rotten' || found.etag === bad) return found;
      bad = found.etag;
    }
    return { state: 'gone' }; // another each time
  }

  async function readOnce(key: string, narInfo: NarInfo, signal: AbortSignal): Promise<NarFound> {
    const leave = await places.take(1, signal);
    try {
      const found = await readAgain(key, narInfo, signal);
      figures.nars += 1;
      const failure = found.state === 'rotten' ? found.lost : undefined;
      lost = failure ? lost + 1 : 0;
      if (failure && lost > MOST_LOST) throw failure;
      return found.state === 'sound' ? { state: 'sound' } : found; // its listing is not kept
    } finally {
      leave();
    }
  }

  return (key: string, narInfo: NarInfo, signal: AbortSignal): Promise<NarFound> => {
    const name = `${key} ${narInfo.narHash}`;
    const earlier = read.get(name);
    if (earlier !== undefined) return earlier;
    const reading = readOnce(key, narInfo, signal);
    read.set(name, reading);
    // One that is gone may be brought anew.
    reading.then(
      ({ state }) => state === 'gone' && read.delete(name),
      () => read.delete(name),
    );
    return reading;
  };
}
