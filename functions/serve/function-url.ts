/** A function URL's events and results (payload version 2.0). Only small things go through a function: it is no proxy. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type Answer, becauseOf, isStreamed, notFoundNow, notNow, type Trouble } from './answer.ts';
import { type Asked, askedOf } from './asked.ts';
import { askerOf } from './client-of.ts';
import { complete } from './common-headers.ts';
import type { ServeConfig } from './config.ts';
import { hasToken } from './metrics-token.ts';
import { mirrorUrlOf } from './mirror-url.ts';
import { createRequestLog } from './request-log.ts';
import { respond, type ServeDeps } from './respond.ts';
import { troubleOf } from './trouble.ts';

export interface EventAnswererOptions {
  readonly deps: ServeDeps;
  readonly config: EventConfig;
}

type EventConfig = Pick<ServeConfig, 'PUBLIC_URL'> & Partial<Pick<ServeConfig, 'COUNTRY_HEADER' | 'METRICS_TOKEN'>>;

export function createEventAnswerer({ deps, config }: EventAnswererOptions) {
  const requests = createRequestLog(deps);
  return async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const arrivedAt = requests.now();
    const asked = fromEvent(event, config);
    const { waits, answered, ended } = requests.begin(asked, arrivedAt);
    const decided = await waits.within(() => respond(asked, deps));
    const answer = await waits.during(inOneGo(decided, asked.path));
    answered(answer);
    ended(true);
    return toResult(answer);
  };
}

/** Whoever reaches a function URL may say any header: `COUNTRY_HEADER` is for one behind a CDN that sets it itself. */
export function fromEvent(
  { requestContext, rawPath, rawQueryString, headers }: APIGatewayProxyEventV2,
  { PUBLIC_URL, COUNTRY_HEADER, METRICS_TOKEN }: EventConfig,
): Asked {
  const listening = `https://${requestContext.domainName}`;
  const target = rawQueryString ? `${rawPath}?${rawQueryString}` : rawPath;
  return askedOf(requestContext.http.method, target, headers, {
    mirrorUrl: mirrorUrlOf({ encrypted: true, host: headers.host }, { publicUrl: PUBLIC_URL, listening }),
    asker: askerOf(headers['user-agent'], COUNTRY_HEADER === undefined ? undefined : headers[COUNTRY_HEADER]),
    hasToken: hasToken(headers.authorization, METRICS_TOKEN),
  });
}

/** A function URL's answer ends at 6 MB, of which base64 takes a third. */
const MOST_INLINE_BYTES = 4 * 2 ** 20;

interface WholeAnswer extends Answer {
  readonly body?: string | Uint8Array;
}

/** The answer with its body read, or what is answered because it can't be. */
async function inOneGo({ body, ...head }: Answer, path: string): Promise<WholeAnswer> {
  if (body === undefined) return head;
  if (!isStreamed(body)) return { ...head, body };
  try {
    const bytes = await upTo(MOST_INLINE_BYTES, body.stream);
    return bytes ? { ...head, body: bytes } : cannot(path, 'this is too large to be answered here', TOO_LARGE);
  } catch (error) {
    return cannot(path, 'it broke off while it was read', troubleOf(error));
  }
}

const TOO_LARGE: Trouble = { code: 'ANSWER_TOO_LARGE', message: 'an object is larger than a function may answer' };

function cannot(path: string, why: string, trouble: Trouble): WholeAnswer {
  const { body = '', ...head } = becauseOf(trouble, path.endsWith('.narinfo') ? notFoundNow : notNow(why));
  return { ...head, body: isStreamed(body) ? '' : body };
}

function toResult({ status, headers, body = '' }: WholeAnswer): APIGatewayProxyStructuredResultV2 {
  const result = { statusCode: status, headers: { ...complete(headers) } };
  if (typeof body === 'string') return { ...result, body };
  return { ...result, body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
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
