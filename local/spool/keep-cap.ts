/** A spool that nobody loads has a limit: the oldest segments are dropped, and it is known how many lines were in them. */
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Segment } from './segments.ts';

/** What a file takes on a disk at least. */
const BLOCK_BYTES = 4_096;
const LINE_BREAK = 10;

/** @param segments oldest first. @returns those that must go so that the others fit. */
export function beyondCap(segments: readonly Segment[], capBytes: number): readonly Segment[] {
  let total = segments.reduce((sum, segment) => sum + sizeOf(segment), 0);
  let dropped = 0;
  for (; total > capBytes && dropped < segments.length; dropped += 1) total -= sizeOf(segments[dropped]);
  return segments.slice(0, dropped);
}

const sizeOf = (segment: Segment | undefined): number =>
  segment ? Math.max(1, Math.ceil(segment.bytes / BLOCK_BYTES)) * BLOCK_BYTES : 0;

/** @returns how many lines were in it. */
export async function drop(directory: string, { file }: Segment): Promise<number> {
  const whole = join(directory, file);
  let lines = 0;
  for await (const chunk of createReadStream(whole)) {
    const bytes = chunk as Buffer;
    for (let at = bytes.indexOf(LINE_BREAK); at >= 0; at = bytes.indexOf(LINE_BREAK, at + 1)) lines += 1;
  }
  await rm(whole);
  return lines;
}
