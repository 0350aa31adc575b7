/** The segments of a spool (shared/analytics/spool-writer.ts) as the one who takes them sees them. */
import { readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CLOSED, OPEN, parseSegmentName } from '../../shared/analytics/spool-writer.ts';

export interface Segment {
  readonly file: string;
  readonly bytes: number;
  readonly begunAt: Date;
  /** When the last line was written. */
  readonly endedAt: Date;
}

export interface Segments {
  /** Those that are closed, oldest first. */
  look(): Promise<readonly Segment[]>;
}

/** Looks at each file once, for a spool that nobody loads may have a hundred thousand. */
export function segmentsIn(directory: string): Segments {
  let known = new Map<string, Segment>();
  return {
    async look() {
      const next = new Map<string, Segment>();
      for (const file of (await namesIn(directory)).sort()) {
        const name = parseSegmentName(file);
        if (!name?.closed) continue;
        const segment = known.get(file) ?? (await segmentOf(directory, file, name.begunAt));
        if (segment) next.set(file, segment);
      }
      known = next;
      return [...next.values()];
    },
  };
}

async function segmentOf(directory: string, file: string, begunAt: Date): Promise<Segment | undefined> {
  try {
    const { size, mtime } = await stat(join(directory, file));
    return { file, bytes: size, begunAt, endedAt: mtime };
  } catch (error) {
    return ifMissing(error, undefined);
  }
}

/** One that is still written, or was when its process ended. */
export interface OpenSegment {
  readonly file: string;
  readonly pid: number;
  readonly begunAt: Date;
}

export async function openSegmentsIn(directory: string): Promise<readonly OpenSegment[]> {
  return (await namesIn(directory)).flatMap((file) => {
    const name = parseSegmentName(file);
    return name && !name.closed ? [{ file, pid: name.pid, begunAt: name.begunAt }] : [];
  });
}

/** Closes what nobody will close: a line that is written after that would be lost. */
export async function closeLeft(directory: string, mayBeWritten: (segment: OpenSegment) => boolean): Promise<void> {
  for (const segment of await openSegmentsIn(directory)) {
    if (mayBeWritten(segment)) continue;
    const closed = `${segment.file.slice(0, -OPEN.length)}${CLOSED}`;
    await rename(join(directory, segment.file), join(directory, closed)).catch((error: unknown) =>
      ifMissing(error, undefined),
    );
  }
}

/** A process of somebody else's is alive as well. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

const namesIn = (directory: string): Promise<string[]> =>
  readdir(directory).catch((error: unknown) => ifMissing(error, []));

function ifMissing<T>(error: unknown, instead: T): T {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return instead;
  throw error;
}
