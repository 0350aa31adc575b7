/**
 * Whether an open segment may still be written. By its process, as long as that lives; but a number that once was a former runtime's
 * function may be any process by now, and in a container often is.
 */
import { isDue } from '../../shared/due.ts';
import { isAlive, type OpenSegment } from './segments.ts';

export interface WhoWritesOptions {
  /** Files that were open before any process of this runtime was started. */
  readonly former: ReadonlySet<string>;
  readonly alive?: (pid: number) => boolean;
  readonly now?: () => number;
}

/** A function of a runtime that was killed ends as soon as it notices. */
const FORMER_MS = 10_000;
/** One that has just ended may have closed its segment by itself. */
const LEFT_MS = 60_000;

export function whoWrites({ former, alive = isAlive, now = Date.now }: WhoWritesOptions) {
  const since = now();
  const isWithin = (ms: number, begun: number): boolean => !isDue(begun + ms, now(), ms);
  return ({ file, pid, begunAt }: OpenSegment): boolean =>
    former.has(file) ? alive(pid) && isWithin(FORMER_MS, since) : alive(pid) || isWithin(LEFT_MS, begunAt.getTime());
}
