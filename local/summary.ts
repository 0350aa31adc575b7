/** What a run amounts to, counted from what its stages log. */
import type { LogLine } from '../shared/log.ts';

export interface Summary {
  /** Channels whose pointer moved, with the release each points to now. */
  readonly moved: Readonly<Record<string, string>>;
  /** New releases that detect saw. */
  readonly detected: number;
  readonly unchanged: number;
  /** Store paths that were brought. */
  readonly copied: number;
  /** Bytes of their NAR files. */
  readonly bytes: number;
  /** Narinfos that became visible. */
  readonly published: number;
  /** Store paths that upstream lacks or has wrong, by reason. */
  readonly unavailable: Readonly<Record<string, number>>;
}

export interface Counter {
  add(line: LogLine): void;
  summary(): Summary;
}

export function createCounter(): Counter {
  const moved: Record<string, string> = {};
  const unavailable = new Map<string, string>(); // each path by its last reason: one may be tried several times
  const counts = { detected: 0, unchanged: 0, copied: 0, bytes: 0, published: 0 };
  return {
    add(line) {
      switch (line.event) {
        case 'channel.moved':
          moved[String(line.channel)] = String(line.release);
          break;
        case 'release.detected':
          counts.detected += 1;
          break;
        case 'channel.unchanged':
          counts.unchanged += 1;
          break;
        case 'copy.done':
          if (line.outcome !== 'copied') break;
          counts.copied += 1;
          counts.bytes += Number(line.bytes) || 0;
          break;
        case 'copy.unavailable':
          unavailable.set(String(line['store_path.hash']), String(line.reason));
          break;
        case 'narinfos.published':
          counts.published += Number(line.count) || 0;
          break;
      }
    },
    summary: () => ({ moved: { ...moved }, ...counts, unavailable: countOf(unavailable.values()) }),
  };
}

function countOf(reasons: Iterable<string>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
