/**
 * What copy's metrics say of one invocation: counted from what it tells the log stream, and from what comes back because a bucket is
 * down or full, which is no failure and told nobody. A function has one invocation at a time.
 */
import type { NewLogRecord, RecordLog } from '../../events/log-record.ts';
import { BucketDown } from '../../shared/errors.ts';
import type { Metrics } from '../../shared/metrics.ts';

export interface CopyMeter {
  /** Adds to the same log stream. */
  readonly records: RecordLog;
  /** The same work. */
  work<A extends readonly unknown[]>(work: (...args: A) => Promise<void>): (...args: A) => Promise<void>;
  /** The same handler, which says its figures when it is done. */
  handler<A extends readonly unknown[], R>(handle: (...args: A) => Promise<R>): (...args: A) => Promise<R>;
}

const NOTHING = { Copied: 0, BytesCopied: 0, Unavailable: 0, Failed: 0, Buried: 0, Paused: 0 };

export function createCopyMeter(records: RecordLog, metrics: Metrics): CopyMeter {
  let figures = { ...NOTHING };

  const count = (record: NewLogRecord): void => {
    if (record.kind === 'copy' && record.outcome === 'copied') {
      figures.Copied += 1;
      figures.BytesCopied += record.file_size ?? 0;
    } else if (record.kind === 'copy' && record.outcome === 'unavailable') figures.Unavailable += 1;
    else if (record.kind === 'failure') {
      figures.Failed += 1; // each try, the last one as well
      if (record.dead) figures.Buried += 1;
    }
  };

  return {
    records: {
      add(record) {
        count(record);
        records.add(record);
      },
    },
    work:
      (work) =>
      async (...args) => {
        try {
          await work(...args);
        } catch (error) {
          if (error instanceof BucketDown) figures.Paused += 1;
          throw error;
        }
      },
    handler:
      (handle) =>
      async (...args) => {
        figures = { ...NOTHING };
        try {
          return await handle(...args);
        } finally {
          metrics.put(figures, { BytesCopied: 'Bytes' });
        }
      },
  };
}
