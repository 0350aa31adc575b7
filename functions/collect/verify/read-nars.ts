/** Reads NARs for who asks, a few at a time and each once: two store paths may share one. */
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

/** @param figures is kept up to date, for who watches. */
export function createNarReader(bucket: Pick<Bucket, 'get'>, figures: NarFigures) {
  const places = roomOf(NARS_AT_ONCE);
  const read = new Map<string, Promise<NarFound>>();

  async function readOnce(key: string, narInfo: NarInfo, signal: AbortSignal): Promise<NarFound> {
    const leave = await places.take(1, signal);
    try {
      const onBytes = (bytes: number): void => {
        figures.bytes += bytes;
      };
      const found = await checkNar(key, narInfo, { bucket, onBytes }, signal);
      figures.nars += 1;
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
