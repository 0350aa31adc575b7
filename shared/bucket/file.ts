/**
 * `file://`: a bucket that is a plain directory, so that nginx, rsync or `nix copy --from file://` can use it as it is.
 *     <key>               the object
 *     .meta/<key>.json    its metadata, when it has any (file-metadata.ts)
 *     .tmp/<name>         what is on its way in (file-temporary.ts)
 *     .lock               held while a name changes (file-lock.ts)
 * Files that others put there are objects too. Meant for a local file system; the directory may be used by any number of
 * processes at once. Directories are made with their first object and go with their last.
 *
 * Keys cannot leave the directory, and a name that is a symbolic link is no object. A link in place of a directory is
 * followed: setting one takes write access to the bucket, and an operator may have put `nar/` on another disk. Where a whole bucket is
 * listed, one at its top is followed too, so that what lies there is counted.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BucketFailed } from '../errors.ts';
import { chunksOf } from './body.ts';
import { type Bucket, type ByteRange, bytesOf, checkKey, checkMetadata, isWithin, type ObjectHead } from './bucket.ts';
import { discard, writeDraft } from './file-draft.ts';
import { failedTo } from './file-failure.ts';
import { listFiles } from './file-list.ts';
import { createNames } from './file-names.ts';
import { bytesFrom, openSeen, type Seen, see } from './file-read.ts';
import { watchRoot } from './file-root.ts';

const SMALL = 64 * 1024;
const MOST_TRIES = 100;

/** @param root a directory; made by the first put when it is not there. */
export function fileBucket(root: string): Bucket {
  const top = resolve(root);
  const name = pathToFileURL(top).href;
  const names = createNames(top, name);
  const directory = watchRoot(top);

  /** Nothing when the object that was seen is gone or replaced. */
  async function readSmall(
    key: string,
    seen: Seen,
    range: ByteRange,
    signal?: AbortSignal,
  ): Promise<Buffer | undefined> {
    const file = await openSeen(top, key, seen);
    return file && bytesOf(bytesFrom(file, range, signal));
  }

  /** Opens the file when the first chunk is asked for, so a body that nobody reads holds nothing open. */
  async function* readLater(
    key: string,
    seen: Seen,
    range: ByteRange,
    signal?: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    try {
      const file = await openSeen(top, key, seen);
      if (!file) throw new BucketFailed('the object was replaced before it was read', { code: 'ESTALE' });
      yield* bytesFrom(file, range, signal);
    } catch (error) {
      failedTo('get', name, key)(error);
    }
  }

  return {
    name,

    async head(key, signal) {
      signal?.throwIfAborted();
      const failed = failedTo('head', name, key);
      const seen = await see(top, checkKey(key)).catch(failed);
      if (seen) directory.found();
      else await directory.check().catch(failed);
      return seen && headOf(seen);
    },

    async get(key, { range, signal } = {}) {
      checkKey(key);
      const failed = failedTo('get', name, key);
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        signal?.throwIfAborted();
        const seen = await see(top, key).catch(failed);
        if (!seen) {
          await directory.check().catch(failed);
          return undefined;
        }
        directory.found();
        const { size } = seen.status;
        if (range && !isWithin(range, size))
          failed(new BucketFailed('the range is not within the object', { code: 'ERANGE', ...range, size }));
        const wanted = range ?? { first: 0, last: size - 1 };
        if (wanted.last - wanted.first >= SMALL) return { ...headOf(seen), body: readLater(key, seen, wanted, signal) };
        // What is replaced again and again is small. Read at once, it is surely what the head says.
        const bytes = await readSmall(key, seen, wanted, signal).catch(failed);
        if (bytes) return { ...headOf(seen), body: oneChunk(bytes) };
      }
      return failed(new BucketFailed('others kept replacing the object', { code: 'EBUSY' }));
    },

    async put(key, body, { size, metadata = {}, only, signal } = {}) {
      const facts = { bucket: name, operation: 'put', key: checkKey(key) };
      const failed = failedTo('put', name, key);
      checkMetadata(metadata);
      await directory.check().catch(failed);
      const draft = await writeDraft(top, chunksOf(body, { size, signal }, facts), failed);
      try {
        await names.commit(key, draft, { metadata, only, signal }).catch(failed);
      } finally {
        await discard(draft);
      }
      return { etag: draft.status.etag };
    },

    async delete(key, signal) {
      await names.remove(checkKey(key), signal).catch(failedTo('delete', name, key));
    },

    async *list(prefix, options = {}) {
      try {
        await directory.check();
        yield* listFiles(top, prefix, options);
      } catch (error) {
        failedTo('list', name, prefix)(error);
      }
    },
  };
}

const headOf = ({ status, metadata }: Seen): ObjectHead => ({
  size: status.size,
  etag: status.etag,
  lastModified: new Date(Number(status.modified / 1_000_000n)),
  metadata,
});

async function* oneChunk(bytes: Buffer): AsyncGenerator<Uint8Array, void, undefined> {
  if (bytes.length > 0) yield bytes;
}
