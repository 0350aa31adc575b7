/**
 * The objects that we hold, as a port: `file://`, memory and (soon) `s3://` are adapters of it, and pass one contract.
 *
 * An object is visible whole or not at all: a put whose body fails before its last byte leaves nothing behind, and what
 * was there before stays. Keys are slash-separated relative names such as `nar/1b2c….nar.xz`; see `checkKey`.
 */
import { Malformed } from '../errors.ts';

/** Small texts that travel with an object, such as `nar-hash`. Names are lower case with dashes. */
export type Metadata = Readonly<Record<string, string>>;

export interface ObjectHead {
  /** Bytes. */
  readonly size: number;
  /** Strong, quoted, as in HTTP: another object under the same key has another one. */
  readonly etag: string;
  readonly lastModified: Date;
  readonly metadata: Metadata;
}

export interface StoredObject extends ObjectHead {
  /** The bytes asked for, in chunks. Read it to the end or `destroy` it by leaving the loop. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** First and last byte, both included, both within the object: the caller has looked at its size. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** `ifNoneMatch: '*'`: only when there is no object yet. `ifMatch`: only when the object has this etag. */
export type Condition = { readonly ifNoneMatch: '*' } | { readonly ifMatch: string };

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
}

export interface ListOptions {
  /** Keys greater than this one only: where an earlier listing ended. */
  readonly after?: string;
  /** A file bucket reads each object's status for this, so it is not free. Default false. */
  readonly etags?: boolean;
  readonly signal?: AbortSignal;
}

export type Body = Uint8Array | string | AsyncIterable<Uint8Array>;

export interface Bucket {
  /** For messages and logs: the store URL without credentials. */
  readonly name: string;
  head(key: string, signal?: AbortSignal): Promise<ObjectHead | undefined>;
  get(
    key: string,
    options?: { readonly range?: ByteRange; readonly signal?: AbortSignal },
  ): Promise<StoredObject | undefined>;
  /**
   * @throws {Conflict} when the condition does not hold, and the object that is there stays.
   * @throws whatever the body throws, and nothing is stored.
   */
  put(key: string, body: Body, options?: PutOptions): Promise<{ readonly etag: string }>;
  /** Deletes what is there; nothing there is fine. */
  delete(key: string, signal?: AbortSignal): Promise<void>;
  /** All keys with the prefix in the byte order of their UTF-8 form, page by page as they are read. */
  list(prefix: string, options?: ListOptions): AsyncIterable<Listed>;
}

const SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9._+\-=?!@~:%,&' ()$*]{1,255}$/;
const MOST_KEY_BYTES = 1024;

/**
 * Checks a key: relative, no empty, `.` or `..` segment, no backslash or control character, no leading dot in its first
 * segment (adapters keep their own things there), at most 1,024 bytes.
 * @throws {Malformed}
 */
export function checkKey(key: string): string {
  const fine =
    key.length > 0 &&
    key.length <= MOST_KEY_BYTES &&
    !key.startsWith('.') &&
    key.split('/').every((part) => SEGMENT.test(part));
  if (!fine) throw new Malformed(`not a bucket key: ${JSON.stringify(key.slice(0, 100))}`, { field: 'key' });
  return key;
}

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
