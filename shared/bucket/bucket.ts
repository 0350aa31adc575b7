/**
 * The objects that we hold, as a port: `file://`, memory and (soon) `s3://` are adapters of it, and pass one contract.
 *
 * An object is visible whole or not at all: a put whose body fails before its last byte leaves nothing behind, and what
 * was there before stays. Keys are slash-separated relative names such as `nar/1b2c….nar.xz`; see `isKey`. No key is
 * the directory of another (`a` and `a/b`): S3 would take both, a directory cannot, so nothing of ours asks for it.
 */
import { Malformed } from '../errors.ts';

/** Small texts that travel with an object, such as `nar-hash`; see `checkMetadata`. */
export type Metadata = Readonly<Record<string, string>>;

export interface ObjectHead {
  /** Bytes. */
  readonly size: number;
  /** Strong, quoted, as in HTTP: another object under the same key has another one. */
  readonly etag: string;
  readonly lastModified: Date;
  readonly metadata: Metadata;
}

/** `size` is the whole object's, also when a range of it was asked for. */
export interface StoredObject extends ObjectHead {
  /**
   * The bytes asked for, in chunks, once. Read it to the end or leave the loop. When the object is replaced before the
   * first chunk is read, an adapter may throw BucketFailed there; it never mixes the two.
   */
  readonly body: AsyncIterable<Uint8Array>;
}

/** First and last byte, both included, both within the object: the caller has looked at its size. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** `ifNoneMatch: '*'`: only when there is no object yet. `ifMatch`: only when the object has this etag. */
export type Condition = { readonly ifNoneMatch: '*' } | { readonly ifMatch: string };

/** Only when the object is still the one that was read, or still is not there. @param etag of what was read; undefined: nothing */
export const unchangedSince = (etag: string | undefined): Condition =>
  etag === undefined ? { ifNoneMatch: '*' } : { ifMatch: etag };

export interface PutOptions {
  /** Bytes that the body will have; a body of another length is refused. Unknown when absent. */
  readonly size?: number;
  readonly metadata?: Metadata;
  readonly only?: Condition;
  readonly signal?: AbortSignal;
}

export interface Listed {
  readonly key: string;
  /** Present when asked for with `etags`. */
  readonly etag?: string;
  /** Bytes; present when asked for with `sizes`. */
  readonly size?: number;
}

export interface ListOptions {
  /** Keys greater than this one only: where an earlier listing ended. */
  readonly after?: string;
  /** A file bucket reads each object's status for this, so it is not free. Default false. */
  readonly etags?: boolean;
  /** The same holds for this. */
  readonly sizes?: boolean;
  /** Only keys without a slash after the prefix. Default false. */
  readonly shallow?: boolean;
  readonly signal?: AbortSignal;
}

export type Body = Uint8Array | string | AsyncIterable<Uint8Array>;

export interface Bucket {
  /** For messages and logs: the store URL without credentials. */
  readonly name: string;
  head(key: string, signal?: AbortSignal): Promise<ObjectHead | undefined>;
  /** @throws {BucketFailed} when the range is not within the object. */
  get(
    key: string,
    options?: { readonly range?: ByteRange; readonly signal?: AbortSignal },
  ): Promise<StoredObject | undefined>;
  /**
   * @throws {Conflict} when the condition does not hold, and the object that is there stays.
   * @throws {BucketFailed} when the body is shorter or longer than `size`, and nothing is stored.
   * @throws whatever the body throws, or the signal's reason, and nothing is stored.
   */
  put(key: string, body: Body, options?: PutOptions): Promise<{ readonly etag: string }>;
  /** Deletes what is there; nothing there is fine. */
  delete(key: string, signal?: AbortSignal): Promise<void>;
  /** All keys with the prefix in the byte order of their UTF-8 form, page by page as they are read. */
  list(prefix: string, options?: ListOptions): AsyncIterable<Listed>;
}

const SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9._+\-=?!@~:%,&' ()$*]{1,250}$/; // a file's name has 255 bytes, less `.json`
const MOST_KEY_BYTES = 1024; // S3's limit
const METADATA_NAME = /^[a-z][a-z0-9-]*$/;
const METADATA_VALUE = /^[!-~](?:[ -~]*[!-~])?$/; // what an HTTP header carries unchanged
const MOST_METADATA_BYTES = 2_000; // S3 allows 2 KB for names and values together

/**
 * Whether a text can be a key: relative, no empty, `.` or `..` segment, no backslash or control character, no leading dot
 * in its first segment (adapters keep their own things there), at most 1,024 bytes, and 250 in a segment. It is ASCII, so
 * the order of JavaScript's strings is the byte order of its UTF-8 form.
 */
export const isKey = (text: string): boolean =>
  text.length <= MOST_KEY_BYTES && !text.startsWith('.') && text.split('/').every((part) => SEGMENT.test(part));

/** @throws {Malformed} when it is no key. */
export function checkKey(key: string): string {
  if (!isKey(key)) throw new Malformed(`not a bucket key: ${JSON.stringify(key.slice(0, 100))}`, { field: 'key' });
  return key;
}

/**
 * Checks metadata: names in lower case with dashes, values of printable ASCII without blanks at their ends, 2,000 bytes
 * in all.
 * @throws {Malformed}
 */
export function checkMetadata(metadata: Metadata): Metadata {
  let bytes = 0;
  for (const [name, value] of Object.entries(metadata)) {
    bytes += name.length + value.length;
    if (!METADATA_NAME.test(name) || !METADATA_VALUE.test(value) || bytes > MOST_METADATA_BYTES)
      throw new Malformed(`not metadata of an object: ${JSON.stringify(name.slice(0, 100))}`, { field: 'metadata' });
  }
  return metadata;
}

/** Whether both ends of a range lie in an object of this size. */
export const isWithin = ({ first, last }: ByteRange, size: number): boolean =>
  Number.isSafeInteger(first) && Number.isSafeInteger(last) && first >= 0 && first <= last && last < size;

/** Reads a small object whole, as text. Only for objects of ours that are known to be small. */
export async function getText(
  bucket: Pick<Bucket, 'get'>,
  key: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const found = await bucket.get(key, signal ? { signal } : {});
  return found && (await bytesOf(found.body)).toString('utf8');
}

/** Collects a body. Never for a NAR. */
export async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
