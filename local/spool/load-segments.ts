/**
 * Gives segments to load, and takes those away that it has. One that load fails at again and again, though another one goes through,
 * is put aside, and kept: it must not block the others for ever.
 */
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../shared/log.ts';
import { createFailureReport } from '../failure-report.ts';
import { deliveryOf, type SpoolDelivery } from './delivery.ts';
import type { Segment } from './segments.ts';

export interface SegmentLoader {
  /** Tries the first of them. @returns how many are gone from the spool: none while load fails. */
  take(segments: readonly Segment[]): Promise<number>;
  /** When the last line of the newest that is loaded was written. */
  loadedUpTo(): Date | undefined;
}

export interface SegmentLoaderOptions {
  readonly directory: string;
  readonly load: (delivery: SpoolDelivery) => Promise<unknown>;
  readonly log: Pick<Log, 'info' | 'error'>;
  readonly patience?: Patience;
  /** Milliseconds that only ever grow. */
  readonly clock?: () => number;
}

/** How often and for how long load may fail at a segment before it is suspected: both must be over. */
export interface Patience {
  readonly tries: number;
  readonly ms: number;
}

const PATIENCE: Patience = { tries: 5, ms: 600_000 };
const REFUSED = 'refused';

export function segmentLoader(options: SegmentLoaderOptions): SegmentLoader {
  const { directory, load, log, patience = PATIENCE, clock = () => performance.now() } = options;
  const told = createFailureReport('load', log);
  let failing: { file: string; times: number; since: number } | undefined;
  let loadedUpTo: Date | undefined;

  /** @throws whatever load throws; then the segment stays. */
  async function give({ file, begunAt, endedAt }: Segment): Promise<void> {
    const path = join(directory, file);
    const delivery = await deliveryOf(file, await readFile(path), begunAt);
    if (delivery) await load(delivery);
    await rm(path);
    loadedUpTo = endedAt;
    failing = undefined;
    told.worked();
  }

  function isSuspect(file: string): boolean {
    const { times, since } = failing?.file === file ? failing : { times: 0, since: clock() };
    failing = { file, times: times + 1, since };
    return failing.times >= patience.tries && clock() - since >= patience.ms;
  }

  /** If another one goes through, it is not ClickHouse that is in the way. */
  async function tryAnother(suspect: Segment, other: Segment, error: unknown): Promise<number> {
    const before = failing;
    try {
      await give(other);
    } catch {
      failing = before;
      return 0;
    }
    await mkdir(join(directory, REFUSED), { recursive: true, mode: 0o700 });
    await rename(join(directory, suspect.file), join(directory, REFUSED, suspect.file));
    log.error('segment.refused', { segment: suspect.file, directory: join(directory, REFUSED), error });
    return 2;
  }

  return {
    async take([first, second]) {
      if (!first) return 0;
      try {
        await give(first);
        return 1;
      } catch (error) {
        told.failed(error);
        return isSuspect(first.file) && second ? tryAnother(first, second, error) : 0;
      }
    },
    loadedUpTo: () => loadedUpTo,
  };
}
