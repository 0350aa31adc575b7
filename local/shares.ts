/** How a machine's copying is divided among processes, each of which takes one batch at a time. */
import type { QueueTrigger } from './service.ts';

export interface Shares {
  readonly processes: number;
  /** Store paths that one process copies at once: the size of its batches. */
  readonly batchSize: number;
  /** Connections to upstream of one process. */
  readonly connections: number;
}

export function sharesOf(
  trigger: Pick<QueueTrigger, 'batchSize' | 'maximumConcurrency'>,
  concurrency: number,
  connections: number = concurrency,
): Shares {
  const processes = Math.max(1, Math.min(Math.ceil(concurrency / trigger.batchSize), trigger.maximumConcurrency));
  return {
    processes,
    batchSize: Math.max(1, Math.min(trigger.batchSize, Math.floor(concurrency / processes))),
    connections: Math.max(1, Math.floor(connections / processes)),
  };
}
