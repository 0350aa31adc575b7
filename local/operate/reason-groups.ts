/** Dead letters by what they died of: reasons that differ in a hash or a count only are one. Pure. */
import type { Letter } from './letter.ts';

export interface ReasonGroup {
  readonly code: string;
  /** With `…` in place of what differs. */
  readonly reason: string;
  readonly count: number;
  readonly newest: Date;
  /** A store path's hash, of the newest that is about one. */
  readonly example: string | undefined;
}

/** Hashes in nix32 or base16, such as of store paths and NAR files, and counts of bytes. */
const HASH = /(?<![0-9a-z])(?:[0-9a-df-np-sv-z]{32}|[0-9a-df-np-sv-z]{52}|[0-9a-f]{40}|[0-9a-f]{64})(?![0-9a-z])/g;
const NUMBER = /(?<![\w.])\d{4,}(?![\w.])|\d+(?= bytes)/g;

export const reasonKind = (reason: string): string => reason.replace(HASH, '…').replace(NUMBER, '…');

/** The most frequent first. */
export function reasonGroups(
  letters: Iterable<Pick<Letter, 'code' | 'reason' | 'at' | 'hash'>>,
): readonly ReasonGroup[] {
  const groups = new Map<string, ReasonGroup>();
  for (const { code, reason: text, at, hash } of letters) {
    const reason = reasonKind(text);
    const key = `${code} ${reason}`;
    const known = groups.get(key);
    const isNewest = known === undefined || at >= known.newest;
    groups.set(key, {
      code,
      reason,
      count: (known?.count ?? 0) + 1,
      newest: isNewest ? at : known.newest,
      example: (isNewest ? hash : undefined) ?? known?.example ?? hash,
    });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
}
