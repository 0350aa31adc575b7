/**
 * Who may change a name in a file bucket, and how: every commit and every delete happens under the bucket's one lock, so a
 * condition still holds when the object comes into place, and metadata and object change as one. Killed between any two
 * steps, the next reader sees the object of before or of after, each with its own metadata. A power cut is the same as long
 * as the file system keeps the order of two renames, as journalling ones do.
 */
import { linkSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BucketFailed, Conflict } from '../errors.ts';
import type { Condition, Metadata } from './bucket.ts';
import { type Draft, discard, writeDraft } from './file-draft.ts';
import { openLock } from './file-lock.ts';
import { formatSheet, metadataOf, parseSheet, readSheet, readSheetNow } from './file-metadata.ts';
import { type Status, statusNow, statusOf } from './file-status.ts';
import { makeDirectories } from './make-directories.ts';

const MOST_TRIES = 100; // another commit of the same key came between, each time

export interface Commit {
  readonly metadata: Metadata;
  readonly only: Condition | undefined;
  readonly signal: AbortSignal | undefined;
}

export interface Names {
  /** Gives a draft its name, for good: it has it after a power cut too. @throws {Conflict} */
  commit(key: string, draft: Draft, how: Commit): Promise<void>;
  /** Takes the name away. After a power cut it may be back: whoever deletes asks again. */
  remove(key: string, signal: AbortSignal | undefined): Promise<void>;
}

export const objectPath = (root: string, key: string): string => join(root, key);
export const sheetPath = (root: string, key: string): string => join(root, '.meta', `${key}.json`);

/** @param bucket its name, for errors */
export function createNames(root: string, bucket: string): Names {
  const underLock = openLock(join(root, '.lock'));

  /** @returns the directories that changed; nothing when the sheet does not fit what is there now, and nothing changed */
  function change(
    key: string,
    draft: Draft,
    sheet: SheetDraft | undefined,
    only: Commit['only'],
  ): string[] | undefined {
    const [object, described] = [objectPath(root, key), sheetPath(root, key)];
    const there = statusNow(object);
    if (!holds(only, there)) throw new Conflict(`${key} is not as expected`, { bucket, operation: 'put', key });
    // An object without metadata needs a sheet only where there is one, which would speak of this object else.
    if (readSheetNow(described) !== sheet?.follows.text) return undefined;
    if (sheet && there?.etag !== sheet.follows.etag) return undefined;

    const changed = sheet ? place(sheet.path, described, renameSync) : [];
    try {
      // A link fails where the name is taken, also by somebody who knows nothing of our lock.
      return [...changed, ...place(draft.path, object, only && 'ifNoneMatch' in only ? linkSync : renameSync)];
    } catch (error) {
      if (sheet && sheet.follows.text === undefined) removeSheet(key);
      throw error;
    }
  }

  function removeSheet(key: string): void {
    const described = sheetPath(root, key);
    if (readSheetNow(described) !== undefined) unlinkSync(described);
    removeEmpty(dirname(described), join(root, '.meta'));
  }

  return {
    async commit(key, draft, { metadata, only, signal }) {
      let needsSheet = Object.keys(metadata).length > 0;
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        const sheet = needsSheet ? await draftSheet(root, key, draft, metadata) : undefined;
        try {
          const changed = await underLock(() => change(key, draft, sheet, only), signal);
          if (changed) return await syncAll(changed);
        } finally {
          if (sheet) await discard(sheet);
        }
        needsSheet = true;
      }
      throw new BucketFailed('others kept replacing the object', { code: 'EBUSY' });
    },

    remove: (key, signal) =>
      underLock(() => {
        const object = objectPath(root, key);
        if (statusNow(object)) unlinkSync(object); // first: metadata of nothing harms nobody
        removeSheet(key);
        removeEmpty(dirname(object), root);
      }, signal),
  };
}

const holds = (only: Condition | undefined, there: Status | undefined): boolean =>
  only === undefined || ('ifMatch' in only ? there?.etag === only.ifMatch : there === undefined);

interface SheetDraft extends Draft {
  /** What it was written on top of. Only while that is what is there may it come into place. */
  readonly follows: { readonly text: string | undefined; readonly etag: string | undefined };
}

/** Written before the lock is taken, as it goes to disk. */
async function draftSheet(root: string, key: string, { status }: Draft, metadata: Metadata): Promise<SheetDraft> {
  const text = await readSheet(sheetPath(root, key));
  const there = await statusOf(objectPath(root, key));
  const before = there && { status: there, metadata: text === undefined ? {} : metadataOf(there, parseSheet(text)) };
  const draft = await writeDraft(root, [Buffer.from(formatSheet(status, metadata, before))]);
  return { ...draft, follows: { text, etag: there?.etag } };
}

/** @returns the directories that have other entries now, the innermost first */
function place(draft: string, path: string, move: (from: string, to: string) => void): string[] {
  const directory = dirname(path);
  try {
    move(draft, path);
    return [directory];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const first = makeDirectories(directory);
  move(draft, path);
  const changed = [directory];
  if (first) for (let at = directory; at !== dirname(first); at = dirname(at)) changed.push(dirname(at));
  return changed;
}

async function syncAll(directories: readonly string[]): Promise<void> {
  for (const path of directories) {
    const directory = await open(path);
    await directory.sync().finally(() => directory.close());
  }
}

function removeEmpty(directory: string, top: string): void {
  for (let at = directory; at !== top; at = dirname(at)) {
    try {
      rmdirSync(at);
    } catch {
      return; // not empty, not there, or not ours to remove
    }
  }
}
