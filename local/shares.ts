/**
 * How a machine's copying is divided among processes, each of which takes one batch at a time, and what upstream sees of one
 * machine among all that ask it: the copies and detect.
 */
import type { QueueTrigger } from './service.ts';

export interface Shares {
  readonly processes: number;
  /** Store paths that one process copies at once: the size of its batches. */
  readonly batchSize: number;
  /** Of one process that copies. */
  readonly copy: UpstreamShare;
  readonly detect: UpstreamShare;
}

/** What one process may ask of upstream. */
export interface UpstreamShare {
  readonly connections: number;
  readonly bytesPerSecond: number | undefined;
}

export interface Wanted {
  /** Store paths copied at once. */
  readonly concurrency: number;
  /** To upstream, of all processes together; at least two. By default as many as copies, and one for detect. */
  readonly connections?: number | undefined;
  readonly bytesPerSecond?: number | undefined;
}

/** It reads one file after the other. */
const DETECT_CONNECTIONS = 1;

export function sharesOf(
  trigger: Pick<QueueTrigger, 'batchSize' | 'maximumConcurrency'>,
  { concurrency, connections = concurrency + DETECT_CONNECTIONS, bytesPerSecond }: Wanted,
): Shares {
  const forCopies = Math.max(1, connections - DETECT_CONNECTIONS);
  const processes = Math.max(
    1,
    Math.min(Math.ceil(concurrency / trigger.batchSize), trigger.maximumConcurrency, forCopies),
  );
  const share = (own: number): UpstreamShare => ({
    connections: own,
    // By connections, so that a process that has more of them has more to put through them.
    bytesPerSecond: bytesPerSecond && Math.max(1, Math.floor((bytesPerSecond * own) / connections)),
  });
  return {
    processes,
    batchSize: Math.max(1, Math.min(trigger.batchSize, Math.floor(concurrency / processes))),
    copy: share(Math.max(1, Math.floor(forCopies / processes))),
    detect: share(DETECT_CONNECTIONS),
  };
}
