/**
 * What an operator did by a command that changes something: state `operations/<when>-<command>-<random>.json`. Written when it begins and
 * again when it ends; one without an end was killed, or is under way.
 *     {"command":"replay dead-letters","line":"copycat replay dead-letters --code UPSTREAM_FAILED",
 *      "began":"2026-11-25T03:15:00.123Z","ended":"2026-11-25T03:15:04.512Z","outcome":"done","counts":{"replayed":12}}
 */
import * as v from 'valibot';
import { count, parseJson, time } from './record.ts';

export const OPERATION_OUTCOMES = ['done', 'failed', 'interrupted'] as const;

export interface Operation {
  readonly command: string;
  /** As it was typed, without what may be secret. */
  readonly line: string;
  readonly began: string;
  readonly ended?: string;
  readonly outcome?: (typeof OPERATION_OUTCOMES)[number];
  /** What it did, as far as it came. */
  readonly counts: Readonly<Record<string, number>>;
  /** What failed, in words. */
  readonly error?: string;
}

export const OPERATIONS = 'operations/';

/** Keys stand in the order of time. @param random so that two at once are two */
export const operationKey = ({ began, command }: Pick<Operation, 'began' | 'command'>, random: string): string =>
  `${OPERATIONS}${began}-${command.replaceAll(' ', '-')}-${random}.json`;

const schema = v.object({
  command: v.string(),
  line: v.string(),
  began: time,
  ended: v.exactOptional(time),
  outcome: v.exactOptional(v.picklist(OPERATION_OUTCOMES)),
  counts: v.record(v.string(), count),
  error: v.exactOptional(v.string()),
});

export const formatOperation = (operation: Operation): string => `${JSON.stringify(operation, null, 1)}\n`;
/** @throws {Malformed} */
export const parseOperation = (text: string): Operation => parseJson('a record of an operation', schema, text);
