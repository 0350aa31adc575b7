/** An upload in parts. It becomes an object when it is completed, and not before; one that fails is taken away. */
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { UNTIMED } from './s3-client.ts';
import type { PutRequest } from './s3-request.ts';

export interface PartsOptions {
  readonly client: S3Client;
  readonly request: PutRequest;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Bytes in all, when known. */
  readonly size: number | undefined;
  readonly partSize: number;
  readonly signal: AbortSignal;
}

/** S3's most, less some room. */
const MOST_PARTS = 9_000;

/** One part at a time is in memory. */
export async function putInParts(options: PartsOptions): Promise<{ readonly etag: string }> {
  const { client, request, chunks, size = 0, partSize, signal } = options;
  const { IfMatch, IfNoneMatch, Metadata, ContentEncoding, ...where } = request;
  const told = { abortSignal: signal, ...UNTIMED };
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ ...where, Metadata, ContentEncoding }),
    told,
  );
  try {
    const Parts: CompletedPart[] = [];
    for await (const Body of partsOf(chunks, Math.max(partSize, Math.ceil(size / MOST_PARTS)))) {
      const PartNumber = Parts.length + 1;
      const part = new UploadPartCommand({ ...where, UploadId, PartNumber, Body, ContentLength: Body.byteLength });
      Parts.push({ PartNumber, ETag: (await client.send(part, told)).ETag });
    }
    const only = { ...(IfMatch ? { IfMatch } : {}), ...(IfNoneMatch ? { IfNoneMatch } : {}) };
    const complete = new CompleteMultipartUploadCommand({ ...where, ...only, UploadId, MultipartUpload: { Parts } });
    return { etag: (await client.send(complete, told)).ETag ?? '' };
  } catch (error) {
    // Best effort: what is left of a failed upload costs room until the bucket's lifecycle rule takes it away.
    await client.send(new AbortMultipartUploadCommand({ ...where, UploadId })).catch(() => undefined);
    throw error;
  }
}

/** Pieces of one size, the last one shorter; one empty piece for an empty body. */
async function* partsOf(chunks: AsyncIterable<Uint8Array>, partSize: number): AsyncGenerator<Buffer, undefined> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  let any = false;
  for await (const chunk of chunks) {
    for (let rest = chunk; rest.byteLength > 0; ) {
      const piece = rest.subarray(0, partSize - bytes);
      held.push(piece);
      bytes += piece.byteLength;
      rest = rest.subarray(piece.byteLength);
      if (bytes < partSize) continue;
      yield Buffer.concat(held, bytes);
      any = true;
      held = [];
      bytes = 0;
    }
  }
  if (bytes > 0 || !any) yield Buffer.concat(held, bytes);
  return undefined;
}
