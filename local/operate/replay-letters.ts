/**
 * Sends dead letters back to their stage's queue, as they were. First it is sent, then it leaves the dead: cut in between it is in both,
 * and twice is once. What its stage could not read stays where it is.
 *
 * Or drops them: then they are gone for good, whether or not their stage could read them.
 */
import type { Queue } from '../../shared/queue/queue.ts';
import type { Receiver } from '../receiver.ts';
import { type Letter, letterOf, NO_CODE } from './letter.ts';
import { isMeant, type LetterFilter } from './letter-filter.ts';
import { walkLetters } from './walk-letters.ts';

export interface ReplayLettersDeps {
  /** Of the dead letters. */
  readonly receiver: Receiver;
  /** Of the stage. */
  readonly queue: Pick<Queue, 'sendAll'>;
  readonly now: () => Date;
  /** Told after each ten. */
  readonly onProgress?: (soFar: LettersReplayed) => void;
}

export interface ReplayLettersOptions {
  readonly stage: string;
  readonly filter: LetterFilter;
  /** Letters that are sent at most. */
  readonly limit: number;
  /** They are deleted, and not sent. */
  readonly drop?: boolean;
  /** Nothing is sent, and none leaves. */
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

export interface LettersReplayed {
  readonly looked: number;
  /** Sent, or with `dryRun` to be sent. */
  readonly replayed: number;
  /** Deleted, or with `dryRun` to be deleted. */
  readonly dropped: number;
  /** The same, of either, by code. */
  readonly codes: Readonly<Record<string, number>>;
  /** Not meant, or beyond the limit. */
  readonly left: number;
  /** Meant, but its stage could not read it. */
  readonly unreadable: number;
}

/** One walk ends, however many there are. */
const MOST_LETTERS = 100_000;
/** The walk through as many takes minutes. */
const HIDE_SECONDS = 600;
const DRY_HIDE_SECONDS = 30;
const SEND_MS = 60_000;

export async function replayLetters(
  { stage, filter, limit, drop = false, dryRun, signal }: ReplayLettersOptions,
  { receiver, queue, now, onProgress }: ReplayLettersDeps,
): Promise<LettersReplayed> {
  const counts = { looked: 0, replayed: 0, dropped: 0, left: 0, unreadable: 0 };
  const codes = new Map<string, number>(); // of whatever a letter says its code is
  const soFar = (): LettersReplayed => ({ ...counts, codes: Object.fromEntries(codes) });
  let promised = 0;
  const began = now();

  /** One that was buried since this began may be one that this has sent. Only what is buried with a word comes back so soon. */
  const isOlder = ({ code, at }: Letter): boolean => code === NO_CODE || at <= began;

  const choose = (letters: readonly Letter[]): readonly Letter[] => {
    const meant = letters.filter((letter) => isOlder(letter) && isMeant(letter, filter, now()));
    const good = meant.filter((letter) => drop || letter.readable);
    const chosen = good.slice(0, limit - promised);
    promised += chosen.length;
    counts.unreadable += meant.length - good.length;
    counts.left += letters.length - meant.length + good.length - chosen.length;
    return chosen;
  };

  await walkLetters(
    receiver,
    async (messages) => {
      const chosen = choose(messages.map((message) => letterOf(stage, message)));
      if (!drop && !dryRun && chosen.length > 0)
        await queue.sendAll(
          chosen.map(({ body }) => body),
          AbortSignal.timeout(SEND_MS), // not the operator's: what is begun is done
        );
      counts.looked += messages.length;
      counts[drop ? 'dropped' : 'replayed'] += chosen.length;
      for (const { code } of chosen) codes.set(code, (codes.get(code) ?? 0) + 1);
      onProgress?.(soFar());
      return dryRun ? [] : chosen.map(({ message }) => message);
    },
    { hideSeconds: dryRun ? DRY_HIDE_SECONDS : HIDE_SECONDS, most: MOST_LETTERS, signal },
  );
  return soFar();
}
