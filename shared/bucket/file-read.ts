/**
 * Reading a file bucket: the object, its status and its metadata as they belong together, though they are two files and
 * others replace them meanwhile. Nothing is locked: what was seen is looked at again.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { BucketFailed } from '../errors.ts';
import type { ByteRange, Metadata } from './bucket.ts';
import { metadataOf, metadataOfVery, parseSheet, readSheet } from './file-metadata.ts';
import { objectPath, sheetPath } from './file-names.ts';
import { ifNotThere, type Status, statusFrom, statusOf } from './file-status.ts';

const CHUNK = 256 * 1024;
const MOST_TRIES = 100;
// The name may have become a link or a pipe since we looked: neither is followed, or waited for.
const READ_ONLY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export interface Seen {
  readonly status: Status;
  readonly metadata: Metadata;
}

/** An object's status with its own metadata; nothing when there is no object. */
export async function see(root: string, key: string): Promise<Seen | undefined> {
  const path = objectPath(root, key);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const status = await statusOf(path);
    if (!status) return undefined;
    const text = await readSheet(sheetPath(root, key));
    const sheet = text === undefined ? undefined : parseSheet(text);
    const metadata = sheet && metadataOfVery(status, sheet);
    if (metadata) return { status, metadata };
    // The sheet does not speak of it, so either it never had one or it was replaced before we read the sheet.
    if ((await statusOf(path))?.etag === status.etag)
      return { status, metadata: sheet ? metadataOf(status, sheet) : {} };
  }
  throw new BucketFailed('others kept replacing the object', { code: 'EBUSY' });
}

/** Opens the very object that was seen; nothing when it is gone or replaced. */
export async function openSeen(root: string, key: string, { status }: Seen): Promise<FileHandle | undefined> {
  const file = await open(objectPath(root, key), READ_ONLY).catch(ifNotThere);
  if (!file) return undefined;
  try {
    if (statusFrom(await file.stat({ bigint: true }))?.etag === status.etag) return file;
  } catch (error) {
    await file.close();
    throw error;
  }
  await file.close();
  return undefined;
}

/** The bytes of a range; closes the file when the loop ends, however it ends. */
export async function* bytesFrom(
  file: FileHandle,
  { first, last }: ByteRange,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for (let at = first; at <= last; ) {
      signal?.throwIfAborted();
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK, last - at + 1));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) throw new BucketFailed('the file was cut short', { code: 'EOF' });
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}
