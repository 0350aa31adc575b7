/** What load keeps of what it could not load, and the failure by which it says so: its own log is nobody's delivery. */
import { eventIdOf } from './event-id.ts';
import type { Row } from './log-tables.ts';
import { failureColumns } from './rows.ts';
import { scrubbed } from './scrub.ts';

const MOST_REASON = 300;

export interface Unreadable extends Pick<Row, 'at' | 'eventId'> {
  readonly source: string;
  readonly reason: string;
  readonly line: string;
}

/** A piece of the line. The reason may repeat some of it, so that it is scrubbed, too. */
export const unreadableRow = ({ at, eventId, source, reason, line }: Unreadable): Row => ({
  at,
  eventId,
  columns: { source: source.toWellFormed(), reason: scrubbed(reason, MOST_REASON), line: scrubbed(line) },
});

export interface LoadFailure {
  /** The same failure, the same id. */
  readonly id: string;
  readonly at: number;
  readonly code: 'UNREADABLE' | 'REFUSED';
  readonly source: string;
  readonly message: string;
}

export const failureRow = ({ id, at, code, source, message }: LoadFailure): Row => ({
  at,
  eventId: eventIdOf(`${id}:${code}`),
  columns: failureColumns({ stage: 'load', code, object: source, message }),
});
