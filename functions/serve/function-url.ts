/** A function URL's events and results (payload version 2.0). Only small things go through a function: it is no proxy. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { bytesOf } from '../../shared/bucket/bucket.ts';
import type { Answer, Asked } from './respond.ts';

/** A function URL's answer ends at 6 MB, of which base64 takes a third. */
const MOST_INLINE_BYTES = 4 * 2 ** 20;

export function fromEvent({ requestContext, rawPath, headers }: APIGatewayProxyEventV2): Asked {
  return {
    method: requestContext.http.method,
    path: rawPath,
    range: headers.range,
    ifNoneMatch: headers['if-none-match'],
  };
}

export async function toResult({ status, headers, body }: Answer): Promise<APIGatewayProxyStructuredResultV2> {
  if (body === undefined || typeof body === 'string') return { statusCode: status, headers, body: body ?? '' };
  if (Number(headers['content-length']) > MOST_INLINE_BYTES) return unavailableHere;
  try {
    const bytes = body instanceof Uint8Array ? body : await bytesOf(body.body);
    return { statusCode: status, headers, body: Buffer.from(bytes).toString('base64'), isBase64Encoded: true };
  } catch {
    return unavailableHere; // it broke off while it was read
  }
}

const unavailableHere = {
  statusCode: 404,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  body: '404',
};
