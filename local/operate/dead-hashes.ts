/** The store paths that dead letters are about. They stay where they are. */
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import type { Receiver } from '../receiver.ts';
import { letterOf } from './letter.ts';
import { walkLetters } from './walk-letters.ts';

const MOST_LETTERS = 100_000;
const HIDE_SECONDS = 300;

/** Each once. @throws {QueueFailed} */
export async function deadHashes(receiver: Receiver, signal: AbortSignal): Promise<readonly StorePathHash[]> {
  const hashes = new Set<StorePathHash>();
  await walkLetters(
    receiver,
    async (messages) => {
      for (const message of messages) {
        const { hash } = letterOf('copy', message);
        if (hash) hashes.add(hash);
      }
      return [];
    },
    { hideSeconds: HIDE_SECONDS, most: MOST_LETTERS, signal },
  );
  return [...hashes];
}
