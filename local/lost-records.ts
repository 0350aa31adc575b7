/**
 * Records of the log stream that could not be written, by what all functions log of them. A full disk loses thousands, a few at a
 * time and in every process: a person reads one line for all of them, with its cause.
 */
import type { LogLine } from '../shared/log.ts';
import { counted } from './figures.ts';

export interface LostRecords {
  /** Whether a line is about them, and so about nothing else. */
  hear(line: LogLine): boolean;
  /** A sentence for each cause since the last time. */
  told(): readonly string[];
}

export function watchLostRecords(): LostRecords {
  let byCause = new Map<string, { lost: number; message: string }>();
  return {
    hear({ event, count, error }) {
      if (event !== 'records.lost' && event !== 'records.dropped') return false;
      const { code, message } =
        event === 'records.dropped' ? FULL : typeof error === 'object' && error !== null ? (error as Cause) : {};
      const known = byCause.get(String(code))?.lost ?? 0;
      byCause.set(String(code), { lost: known + (Number(count) || 0), message: String(message ?? 'unknown cause') });
      return true;
    },
    told() {
      const causes = [...byCause.values()];
      byCause = new Map();
      return causes.map(({ lost, message }) => `${whatOf(lost)}: ${message}`);
    },
  };
}

/** Nobody has loaded for long. */
const FULL: Cause = { code: 'SPOOL_FULL', message: 'the spool holds SPOOL_BYTES' };

interface Cause {
  readonly code?: unknown;
  readonly message?: unknown;
}

/** Of a segment that could not be closed nothing is lost: it is taken when its process has ended. */
const whatOf = (lost: number): string =>
  lost === 0 ? 'the log stream waits' : `${counted(lost, 'record')} of the log stream lost`;
