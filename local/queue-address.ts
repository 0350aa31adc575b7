/**
 * Where the embedded queues of a DATA_DIR answer, while somebody runs them: `queues/address.json`, for commands of an operator.
 *     {"pid":4711,"endpoint":"http://127.0.0.1:43211"}
 * Nobody but the owner may read it: the server has no passwords.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { queueDirectory } from './data-dir.ts';

export interface QueueAddress {
  /** Of the process that has DATA_DIR to itself: one that was killed leaves its address behind. */
  readonly pid: number;
  readonly endpoint: string;
}

const schema = v.object({ pid: v.number(), endpoint: v.pipe(v.string(), v.regex(/^http:\/\/127\.0\.0\.1:\d{1,5}$/)) });
const fileIn = (dataDir: string): string => join(queueDirectory(dataDir), 'address.json');

/** Whole or not at all. */
export function writeQueueAddress(dataDir: string, endpoint: string): void {
  const file = fileIn(dataDir);
  rmSync(`${file}.new`, { force: true }); // one that is there keeps its mode
  writeFileSync(`${file}.new`, `${JSON.stringify({ pid: process.pid, endpoint } satisfies QueueAddress)}\n`, {
    mode: 0o600,
  });
  renameSync(`${file}.new`, file);
}

export const removeQueueAddress = (dataDir: string): void => rmSync(fileIn(dataDir), { force: true });

/** Undefined when there is none, or it is not one. */
export function readQueueAddress(dataDir: string): QueueAddress | undefined {
  try {
    return v.parse(schema, JSON.parse(readFileSync(fileIn(dataDir), 'utf8')));
  } catch {
    return undefined;
  }
}
