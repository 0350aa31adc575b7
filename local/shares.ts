/**
 * How a machine's copying is divided among processes, each of which takes one batch at a time, and what upstream sees of one
 * machine among all that ask it: the copies, detect, and publish's probe.
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
  /** To upstream, of all processes together; at least three. By default as many as copies, one for detect and one for publish. */
  readonly connections?: number | undefined;
  readonly bytesPerSecond?: number | undefined;
}

/** It reads one file after the other. */
const DETECT_CONNECTIONS = 1;
/** It probes upstream once a minute. */
const PUBLISH_CONNECTIONS = 1;
const OTHERS = DETECT_CONNECTIONS + PUBLISH_CONNECTIONS;

export function sharesOf(
  trigger: Pick<QueueTrigger, 'batchSize' | 'maximumConcurrency'>,
  { concurrency, connections = concurrency + OTHERS, bytesPerSecond }: Wanted,
): Shares {
  const forCopies = Math.max(1, connections - OTHERS);
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
