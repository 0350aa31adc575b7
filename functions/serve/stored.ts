/** An object of the bucket as an answer: from here, or by a redirect to the bucket itself. */
import { readable } from '../../events/record.ts';
import type { ByteRange, ObjectHead } from '../../shared/bucket/bucket.ts';
import type { SaidOfObject } from '../../shared/bucket/s3-presign.ts';
import { isSupportedCompression } from '../../shared/nix/decompress.ts';
import { parseStorePathBaseName } from '../../shared/nix/store-path.ts';
import { accepts } from './accept-encoding.ts';
import {
  type Answer,
  becauseOf,
  CACHE,
  type Given,
  type Headers,
  notNow,
  redirect,
  text,
  withAbout,
  withHeaders,
} from './answer.ts';
import type { Asked } from './asked.ts';
import type { Delivery } from './delivery.ts';
import type { Places } from './places.ts';
import { type Representation, select } from './select.ts';
import type { ReadBucket } from './steady-bucket.ts';
import { unpacked } from './unpacked.ts';

export interface StoredDeps {
  readonly bucket: ReadBucket;
  /** Where bodies are read: by connections of their own, so that slow readers hold up no look-up. */
  readonly bodies: Pick<ReadBucket, 'get'>;
  /** For bodies that are decoded as they are read. */
  readonly decoders: Places;
  readonly delivery: Delivery;
  /** Stored bytes that are decoded at most for a client that does not take their encoding. A function is no place for more. */
  readonly mostDecodedBytes?: number | undefined;
}

export interface Stored {
  readonly key: string;
  /** Content-Type, Cache-Control and the like. */
  readonly headers: Headers;
  /** Objects up to this many bytes are given from here even where others are redirected. Default none. */
  readonly inlineBytes?: number;
  /**
   * What its name says that it is stored in, for an object that does not say so itself. Who asks for such a name and for no
   * encoding gets it as it is: `curl …/packages.json.br | brotli -d` is what people write.
   */
  readonly encoding?: string | undefined;
  /** Of a redirect as well: `Link`. */
  readonly always?: Headers;
  /** The store path that it is of. Default: what the object says of itself (copy writes it beside a NAR). */
  readonly given?: Given;
}

/** @returns undefined when there is no such object. @throws {BucketFailed} or {Overloaded} when it can't be looked up. */
export async function answerStored(asked: Asked, stored: Stored, deps: StoredDeps): Promise<Answer | undefined> {
  const head = await deps.bucket.head(stored.key);
  if (!head) return undefined;
  const encoding = head.metadata['content-encoding'] ?? stored.encoding;
  const taken =
    encoding === undefined ||
    (stored.encoding !== undefined && asked.acceptEncoding === undefined) ||
    accepts(asked.acceptEncoding, encoding);
  const answer =
    !taken && canDecode(encoding)
      ? await decoded(asked, stored, head, encoding, deps)
      : await asStored(asked, stored, head, encoding, deps);
  const told = withAbout(answer, { cache: 'hit', given: stored.given ?? givenIn(head), ...answer.about });
  return stored.always ? withHeaders(told, stored.always) : told;
}

const givenIn = ({ metadata }: ObjectHead): Given | undefined =>
  readable(parseStorePathBaseName, metadata['store-path']);

async function asStored(
  asked: Asked,
  { key, headers, inlineBytes = 0 }: Stored,
  head: ObjectHead,
  encoding: string | undefined,
  { bodies, delivery }: StoredDeps,
): Promise<Answer> {
  const own = encoding === undefined ? headers : { ...headers, ...VARY, 'content-encoding': encoding };
  const { answer, part } = select(asked, { ...head, headers: own });
  if (part === 'none' || asked.method === 'HEAD') return answer;
  if (delivery.kind === 'redirect' && head.size > inlineBytes) {
    const unsaid = head.metadata['content-encoding'] === undefined ? encoding : undefined;
    const location = await delivery.presign(key, saidOf(headers, unsaid));
    return withAbout(redirect(location), { cache: 'redirect', promised: head.size - firstOf(part) });
  }
  const object = await bodies.get(key, part === 'whole' ? {} : { range: part });
  if (object?.etag !== head.etag || object.size !== head.size) return replaced;
  return { ...answer, body: { stream: object.body } };
}

const firstOf = (part: 'whole' | ByteRange): number => (part === 'whole' ? 0 : part.first);

const replaced = becauseOf(
  { code: 'OBJECT_REPLACED', message: 'an object was replaced between two looks at it' },
  notNow('the object has just been replaced'),
);

const saidOf = (headers: Headers, encoding: string | undefined): SaidOfObject => ({
  contentType: headers['content-type'] ?? 'application/octet-stream',
  cacheControl: headers['cache-control'] ?? CACHE.never,
  ...(encoding === undefined ? {} : { contentEncoding: encoding }),
});

const VARY: Headers = { vary: 'Accept-Encoding' };

/** For a client that does not take the stored encoding. Its length is not known before it has passed. */
async function decoded(
  asked: Asked,
  { key, headers }: Stored,
  head: ObjectHead,
  encoding: string,
  { bodies, decoders, mostDecodedBytes = Number.POSITIVE_INFINITY }: StoredDeps,
): Promise<Answer> {
  if (head.size > mostDecodedBytes) {
    const refused = { ...VARY, 'cache-control': CACHE.never };
    return text(406, `this is stored as ${encoding}; ask for it with Accept-Encoding: ${encoding}`, refused);
  }
  const plain: Representation = {
    etag: head.etag.replace(/"$/, '-decoded"'),
    lastModified: head.lastModified,
    size: undefined,
    headers: { ...headers, ...VARY },
  };
  const { answer, part } = select(asked, plain);
  if (part === 'none' || asked.method === 'HEAD') return answer;
  const leave = decoders.take();
  if (!leave) {
    const why = `too much is decoded at once; please try again, or with Accept-Encoding: ${encoding}`;
    return becauseOf({ code: 'OVERLOADED', message: 'all decoders are taken' }, notNow(why));
  }
  const object = await bodies.get(key).catch((error: unknown) => {
    leave();
    throw error;
  });
  if (object?.etag === head.etag) return { ...answer, body: unpacked(object.body, encoding, leave) };
  leave();
  return replaced;
}

const canDecode = (encoding: string): boolean => isSupportedCompression(encoding) && encoding !== 'none';
