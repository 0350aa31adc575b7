/** A function URL's events and results (payload version 2.0). Only small things go through a function: it is no proxy. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type Answer, notFoundNow, notNow } from './answer.ts';
import { type Asked, askedOf } from './asked.ts';
import { complete } from './common-headers.ts';
import type { ServeConfig } from './config.ts';
import { mirrorUrlOf } from './mirror-url.ts';

/** A function URL's answer ends at 6 MB, of which base64 takes a third. */
const MOST_INLINE_BYTES = 4 * 2 ** 20;

export function fromEvent(
  { requestContext, rawPath, rawQueryString, headers }: APIGatewayProxyEventV2,
  { PUBLIC_URL }: Pick<ServeConfig, 'PUBLIC_URL'>,
): Asked {
  const listening = `https://${requestContext.domainName}`;
  const mirrorUrl = mirrorUrlOf({ encrypted: true, host: headers.host }, { publicUrl: PUBLIC_URL, listening });
  const target = rawQueryString ? `${rawPath}?${rawQueryString}` : rawPath;
  return askedOf(requestContext.http.method, target, headers, mirrorUrl);
}

export async function toResult({ status, headers, body }: Answer, path: string) {
  if (body === undefined || typeof body === 'string') return result({ status, headers }, body ?? '');
  if (body instanceof Uint8Array) return base64({ status, headers }, body);
  try {
    const bytes = await upTo(MOST_INLINE_BYTES, body.stream);
    return bytes ? base64({ status, headers }, bytes) : cannot(path, 'this is too large to be answered here');
  } catch {
    return cannot(path, 'it broke off while it was read');
  }
}

type Head = Pick<Answer, 'status' | 'headers'>;

const result = ({ status, headers }: Head, body: string): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: { ...complete(headers) },
  body,
});

const base64 = (head: Head, bytes: Uint8Array): APIGatewayProxyStructuredResultV2 => ({
  ...result(head, Buffer.from(bytes).toString('base64')),
  isBase64Encoded: true,
});

function cannot(path: string, why: string): APIGatewayProxyStructuredResultV2 {
  const { body, ...head } = path.endsWith('.narinfo') ? notFoundNow : notNow(why);
  return result(head, String(body));
}

/** Undefined for what is longer. */
async function upTo(most: number, stream: AsyncIterable<Uint8Array>): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
