/** Where the demo's upstream stands: how far each channel has moved, and what has been repaired. One small file keeps it. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as v from 'valibot';

const schema = v.object({
  /** Channel → the number of its release, from 0. */
  channels: v.record(v.string(), v.number()),
  /** Hashes of store paths. */
  repaired: v.array(v.string()),
});

export type Standing = v.InferOutput<typeof schema>;

/** What is not there or not whole is the beginning. */
export function readStanding(file: string): Standing {
  try {
    return v.parse(schema, JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return { channels: {}, repaired: [] };
  }
}

export function writeStanding(file: string, standing: Standing): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(standing, null, 1)}\n`);
  renameSync(`${file}.new`, file);
}
