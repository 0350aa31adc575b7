/**
 * A bucket on S3 or MinIO. Bodies of a known length go as one streamed PutObject; longer ones, and those whose length nobody
 * knows, in parts.
 *
 * The SDK sends a stream by piping it, so a body that fails is heard by nobody: the request is aborted from here, and what an
 * aborted request has sent is no object, whatever the server makes of it (s3-whole.ts). A conditional put on a key that is missing is
 * not left to the server either: MinIO has accepted `If-Match` there.
 */
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Conflict } from '../errors.ts';
import { chunksOf } from './body.ts';
import { type Bucket, checkKey, checkMetadata, isKey, isWithin, type Listed, type ObjectHead } from './bucket.ts';
import { UNTIMED } from './s3-client.ts';
import { failedOn, isConflict, isMissing } from './s3-failure.ts';
import { putInParts } from './s3-parts.ts';
import { conditionOf, type Described, headersFor, metadataIn } from './s3-request.ts';
import { guarded, streamOf } from './s3-stream.ts';
import { watched } from './s3-watch.ts';
import { announcing, metadataOfWhole, tornObjects } from './s3-whole.ts';

export interface S3Options {
  readonly client: S3Client;
  readonly bucket: string;
  /** For messages: the store URL without settings. */
  readonly name: string;
  /** Longer bodies go in parts, in bytes. S3 takes at most 5 GB at once. */
  readonly partsAbove?: number;
  /** Bytes of a part; at least 5 MiB on S3. Grows with the object, as there are at most 10,000 parts. */
  readonly partSize?: number;
  /** A body that nobody reads for so long is let go, in milliseconds: it holds a connection. */
  readonly idleMs?: number;
}

const PARTS_ABOVE = 5_000_000_000;
const PART_SIZE = 8 * 2 ** 20;
const IDLE_MS = 60_000;

export function s3Bucket(options: S3Options): Bucket {
  const { client, bucket: Bucket, name, partsAbove = PARTS_ABOVE, partSize = PART_SIZE, idleMs = IDLE_MS } = options;
  const failed = failedOn(name);
  const torn = tornObjects();

  const seen = (key: string, answer: Answer, size = answer.ContentLength ?? 0): ObjectHead | undefined => {
    const { ETag: etag = '', LastModified: lastModified = new Date(0) } = answer;
    const metadata = metadataOfWhole(metadataIn(answer), size);
    return metadata ? { size, etag, lastModified, metadata } : torn.met(key, etag);
  };

  const headOf = async (key: string, signal?: AbortSignal): Promise<ObjectHead | undefined> => {
    try {
      return seen(key, await client.send(new HeadObjectCommand({ Bucket, Key: key }), abortable(signal)));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw failed('head', key, error, signal);
    }
  };

  return {
    name,

    head: async (key, signal) => headOf(checkKey(key), signal),

    async get(key, { range, signal } = {}) {
      const Range = range && `bytes=${range.first}-${range.last}`;
      const found = await client
        .send(new GetObjectCommand({ Bucket, Key: checkKey(key), ...(Range ? { Range } : {}) }), abortable(signal))
        .catch((error: unknown) => {
          if (isMissing(error)) return undefined;
          throw failed('get', key, error, signal);
        });
      if (!found?.Body) return undefined;
      const size = range ? Number(found.ContentRange?.split('/')[1]) : (found.ContentLength ?? 0);
      const body = watched(found.Body as NodeJS.ReadableStream, idleMs, (error) => failed('read', key, error, signal));
      const head = seen(key, found, size);
      if (!head) return letGo(body);
      if (range && !isWithin(range, size))
        throw failed('get', key, new RangeError('the range is not within the object'));
      return { ...head, body };
    },

    async put(key, body, { size, metadata = {}, only, signal } = {}) {
      const facts = { bucket: name, operation: 'put', key: checkKey(key) };
      checkMetadata(metadata);
      if (only && 'ifMatch' in only && !(await headOf(key, signal))) throw new Conflict(`${key} is not there`, facts);
      const replaced = only && 'ifNoneMatch' in only ? torn.take(key) : undefined;
      const condition = conditionOf(replaced === undefined ? only : { ifMatch: replaced });
      const request = { Bucket, Key: key, ...headersFor(metadata), ...condition };
      const whole = typeof body === 'string' ? Buffer.from(body) : body instanceof Uint8Array ? body : undefined;
      const known = size ?? whole?.byteLength;
      const guard = guarded(chunksOf(body, { size, signal }, facts), signal);
      try {
        if (known === undefined || known > partsAbove) {
          return await putInParts({
            client,
            request,
            chunks: guard.chunks,
            size: known,
            partSize,
            signal: guard.signal,
          });
        }
        const streamed = !whole || known !== whole.byteLength;
        const Body = streamed ? streamOf(guard) : whole;
        const announced = streamed ? headersFor(announcing(metadata, known)) : {};
        const put = new PutObjectCommand({ ...request, ...announced, Body, ContentLength: known });
        return {
          etag: (await client.send(put, { abortSignal: guard.signal, ...(streamed ? UNTIMED : {}) })).ETag ?? '',
        };
      } catch (error) {
        const failure = guard.failure();
        if (failure) throw failure.error;
        if (isConflict(error)) throw new Conflict(`${key} is not as expected`, facts, error);
        throw failed('put', key, error, signal);
      }
    },

    async delete(key, signal) {
      await client
        .send(new DeleteObjectCommand({ Bucket, Key: checkKey(key) }), abortable(signal))
        .catch((error: unknown) => Promise.reject(failed('delete', key, error, signal)));
    },

    async *list(
      prefix,
      { after, etags = false, sizes = false, shallow = false, signal } = {},
    ): AsyncGenerator<Listed, undefined> {
      if (!isKey(`${prefix}x`)) return; // no key can begin so, and the server may refuse to look
      let ContinuationToken: string | undefined;
      do {
        const start = ContinuationToken ? { ContinuationToken } : after ? { StartAfter: after } : {};
        const level = shallow ? { Delimiter: '/' } : {};
        const page = await client
          .send(new ListObjectsV2Command({ Bucket, Prefix: prefix, ...level, ...start }), abortable(signal))
          .catch((error: unknown) => Promise.reject(failed('list', prefix, error, signal)));
        for (const { Key, ETag, Size = 0 } of page.Contents ?? []) {
          if (Key) yield { key: Key, ...(etags && ETag ? { etag: ETag } : {}), ...(sizes ? { size: Size } : {}) };
        }
        ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (ContinuationToken);
      return undefined;
    },
  };
}

const abortable = (signal: AbortSignal | undefined) => (signal ? { abortSignal: signal } : {});

interface Answer extends Described {
  readonly ContentLength?: number | undefined;
  readonly ETag?: string | undefined;
  readonly LastModified?: Date | undefined;
}

/** Ends a body that nobody will read. */
async function letGo(body: AsyncIterable<Uint8Array>): Promise<undefined> {
  for await (const _ of body) break;
}
