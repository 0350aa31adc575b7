/** What a replay would do, or did, as a person reads it. */
import type { PathUnavailable } from '../../events/path-unavailable.ts';
import type { Depth } from '../../shared/queue/queue.ts';
import { count, counted } from '../figures.ts';
import { printable } from '../printable.ts';
import { isDue } from './ask-plan.ts';
import type { LettersReplayed } from './replay-letters.ts';

/** Codes that are shown. */
const MOST_CODES = 10;

export function lettersInWords(stage: string, replayed: LettersReplayed, dryRun: boolean): string {
  const { looked, replayed: number, dropped, left, unreadable } = replayed;
  const sent = `${count(number)} ${dryRun ? 'to be sent' : 'sent'} back to its queue`;
  const done = dropped > 0 ? `${count(dropped)} ${dryRun ? 'to be deleted' : 'deleted'} for good` : sent;
  const codes = Object.entries(replayed.codes).sort(([, a], [, b]) => b - a);
  const which = codes.slice(0, MOST_CODES).map(([code, times]) => `${count(times)} ${printable(code).slice(0, 64)}`);
  const lines = [
    `${stage}: ${counted(looked, 'dead letter')} looked at, ${done}`,
    ...(which.length > 0 ? [`  ${which.join(', ')}`] : []),
    ...(left > 0 ? [`  ${count(left)} left: not meant, or beyond --limit`] : []),
    ...(unreadable > 0 ? [`  ${count(unreadable)} left: ${stage} could not read them, and would bury them again`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * What was in flight has often just been given back, and was looked at like the others.
 *
 * @param depth before the walk
 * @returns nothing when all were looked at
 */
export function heldInWords(
  { waiting, inFlight }: Pick<Depth, 'waiting' | 'inFlight'>,
  { looked }: { readonly looked: number },
): string {
  const held = Math.min(inFlight, waiting + inFlight - looked);
  return held > 0 ? `  ${count(held)} were held by somebody else just then: run it again in a moment\n` : '';
}

/** @param dryRun whether it stays at that */
export function unavailableInWords(records: readonly PathUnavailable[], now: Date, dryRun: boolean): string {
  const reasons = countOf(records.map(({ reason }) => reason));
  const which = Object.entries(reasons).map(([reason, number]) => `${count(number)} ${reason}`);
  const early = records.filter((record) => !isDue(record, now)).length;
  const lines = [
    `${counted(records.length, 'unavailable store path')}: ${which.join(', ') || 'no record here is about what was asked for'}`,
    ...(early > 0
      ? [`  of which ${count(early)} are not due: their records ${dryRun ? 'would be' : 'are'} set to now`]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

export function countOf(texts: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return Object.fromEntries(counts);
}
