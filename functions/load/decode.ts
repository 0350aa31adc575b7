/**
 * What a delivery of the log stream holds: the lines of one log group, gzipped and in base64, as CloudWatch Logs sends them; bare, or
 * in the record that Lambda makes of an invocation that failed.
 *     {"awslogs":{"data":"H4sIA…"}}
 *     {"version":"1.0","requestContext":{…},"requestPayload":{"awslogs":{"data":"H4sIA…"}},"responsePayload":{…}}
 * and unpacked
 *     {"messageType":"DATA_MESSAGE","logGroup":"/aws/lambda/copycat-dev-serve","logStream":"…",…,
 *      "logEvents":[{"id":"3695…","timestamp":1795402800000,"message":"{\"v\":1,\"kind\":\"request\",…}\n"}]}
 */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import * as v from 'valibot';
import { type Token, tokenOf, tokenOfText } from './token.ts';

/** One line, with an id of its own, and when it was written. */
export interface Line {
  readonly id: string;
  readonly at: number;
  readonly text: string;
}

export type Delivery =
  /** Sent once when a subscription begins; it holds nothing. */
  | { readonly kind: 'control' }
  | { readonly kind: 'lines'; readonly token: Token; readonly source: string; readonly lines: readonly Line[] }
  | { readonly kind: 'unreadable'; readonly token: Token; readonly reason: string; readonly text: string };

/** Far more than Lambda hands over, unpacked: what is larger is a bomb. */
export const MOST_BYTES = 32 * 2 ** 20;
export const MOST_LINES = 100_000;
const MOST_WRAPPERS = 4;

const Subscription = v.object({ awslogs: v.object({ data: v.string() }) });
const Wrapper = v.object({ requestPayload: v.unknown() });
const Message = v.object({
  messageType: v.picklist(['DATA_MESSAGE', 'CONTROL_MESSAGE']),
  logGroup: v.pipe(v.string(), v.maxLength(512)),
  logEvents: v.array(v.object({ id: v.string(), timestamp: v.number(), message: v.string() })),
});

/** @param payload whatever came. Never rejects. */
export const decode = (payload: unknown): Promise<Delivery> => decodeOr(() => asText(payload), payload);

/** A body of the queue of failures. */
export const decodeText = (body: string): Promise<Delivery> => decodeOr(() => body, parsed(body));

/** @param said what is kept of it when it is no delivery. */
async function decodeOr(said: () => string, payload: unknown): Promise<Delivery> {
  const data = dataOf(payload);
  if (data === undefined) return unreadable('not a delivery of the log stream', said());
  let unpacked: Buffer;
  try {
    unpacked = await promisify(gunzip)(Buffer.from(data, 'base64'), { maxOutputLength: MOST_BYTES });
  } catch (error) {
    return unreadable(tooLarge(error) ? `larger than ${MOST_BYTES} bytes` : 'not gzip in base64', data);
  }
  const text = unpacked.toString();
  const message = v.safeParse(Message, parsed(text));
  if (!message.success) {
    const field = v.getDotPath(message.issues[0]) ?? '(all)';
    return unreadable(`not a message of CloudWatch Logs: ${field}`, text);
  }
  const { messageType, logGroup, logEvents } = message.output;
  if (messageType === 'CONTROL_MESSAGE') return { kind: 'control' };
  const lines = linesOf(logEvents);
  if (!lines) return unreadable(`more than ${MOST_LINES} lines`, text);
  return { kind: 'lines', token: tokenOf(logEvents.map(({ id }) => id)), source: logGroup.toWellFormed(), lines };
}

function dataOf(payload: unknown): string | undefined {
  let inner = payload;
  for (let depth = 0; depth <= MOST_WRAPPERS; depth += 1) {
    if (v.is(Subscription, inner)) return inner.awslogs.data;
    if (!v.is(Wrapper, inner)) return undefined;
    inner = inner.requestPayload;
  }
  return undefined;
}

/** An event is a line, with or without its end; what was written in one go may be several. Undefined: too many. */
function linesOf(events: v.InferOutput<typeof Message>['logEvents']): readonly Line[] | undefined {
  const lines: Line[] = [];
  for (const { id, timestamp: at, message } of events) {
    const text = message.replace(/\r?\n$/, '');
    if (!text.includes('\n')) lines.push({ id, at, text });
    else
      for (const [number, part] of text.split('\n', MOST_LINES + 1).entries())
        lines.push({ id: `${id}:${number}`, at, text: part });
    if (lines.length > MOST_LINES) return undefined;
  }
  return lines;
}

const unreadable = (reason: string, text: string): Delivery => ({
  kind: 'unreadable',
  token: tokenOfText(text),
  reason,
  text,
});

const tooLarge = (error: unknown): boolean =>
  Error.isError(error) && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';

function asText(payload: unknown): string {
  if (typeof payload === 'string') return payload;
  try {
    return JSON.stringify(payload) ?? '';
  } catch {
    return 'deeper than can be written down'; // though it could be read
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
