/**
 * A bucket in memory: the twin that tests of logic work on. It keeps the contract of the real ones, and is as strict as the
 * strictest of them, so what works here works there.
 */
import { BucketFailed, Conflict } from '../errors.ts';
import { chunksOf } from './body.ts';
import { type Bucket, bytesOf, checkKey, checkMetadata, isWithin, type ObjectHead } from './bucket.ts';

interface Kept extends ObjectHead {
  readonly bytes: Buffer;
}

let opened = 0;

/** @param now what objects are dated by */
export function memoryBucket(name = `memory://${++opened}`, now = () => new Date()): Bucket {
  const objects = new Map<string, Kept>();
  const directories = new Map<string, number>(); // how many objects are below
  let puts = 0;

  const countDirectories = (key: string, change: 1 | -1): void => {
    for (const directory of directoriesOf(key)) directories.set(directory, (directories.get(directory) ?? 0) + change);
  };

  return {
    name,

    async head(key, signal) {
      signal?.throwIfAborted();
      const found = objects.get(checkKey(key));
      return found && headOf(found);
    },

    async get(key, { range, signal } = {}) {
      signal?.throwIfAborted();
      const found = objects.get(checkKey(key));
      if (!found) return undefined;
      if (range && !isWithin(range, found.size))
        throw new BucketFailed('the range is not within the object', { bucket: name, operation: 'get', key, ...range });
      return {
        ...headOf(found),
        body: oneChunk(range ? found.bytes.subarray(range.first, range.last + 1) : found.bytes),
      };
    },

    async put(key, body, { size, metadata = {}, only, signal } = {}) {
      const facts = { bucket: name, operation: 'put', key: checkKey(key) };
      checkMetadata(metadata);
      const bytes = await bytesOf(chunksOf(body, { size, signal }, facts)); // a copy: the caller may reuse its buffer

      const there = objects.get(key);
      if (only && ('ifMatch' in only ? there?.etag !== only.ifMatch : there))
        throw new Conflict(`${key} is not as expected`, facts);
      if (directories.get(key) || directoriesOf(key).some((directory) => objects.has(directory)))
        throw new BucketFailed(`${key} is in the way of another key`, { ...facts, code: 'EISDIR' });
      if (!there) countDirectories(key, 1);
      const etag = `"${++puts}"`;
      objects.set(key, { bytes, size: bytes.length, etag, lastModified: now(), metadata: { ...metadata } });
      return { etag };
    },

    async delete(key, signal) {
      signal?.throwIfAborted();
      if (objects.delete(checkKey(key))) countDirectories(key, -1);
    },

    async *list(prefix, { after = '', etags = false, sizes = false, shallow = false, signal } = {}) {
      const keys = [...objects.keys()]
        .filter((key) => key.startsWith(prefix) && key > after && !(shallow && key.includes('/', prefix.length)))
        .sort();
      for (const key of keys) {
        signal?.throwIfAborted();
        const found = objects.get(key);
        if (found) yield { key, ...(etags ? { etag: found.etag } : {}), ...(sizes ? { size: found.size } : {}) };
      }
    },
  };
}

const headOf = ({ bytes: _, ...head }: Kept): ObjectHead => head;

async function* oneChunk(bytes: Buffer): AsyncGenerator<Uint8Array, void, undefined> {
  if (bytes.length > 0) yield Buffer.from(bytes);
}

/** `a` and `a/b` of `a/b/c`. */
function directoriesOf(key: string): string[] {
  const parts = key.split('/').slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}
