/** What load may be invoked with that is no delivery, or a strange one, and how many rows it leaves among the unreadable. */
import { gzipSync } from 'node:zlib';
import {
  failedInvocation,
  type LogEvent,
  packed,
  sqsBatch,
  subscription,
} from '../../../shared/testing/log-delivery.ts';
import { logLine, RECORDS } from '../../../shared/testing/log-lines.ts';

const now = Date.now();
const event = (message: string, more: Partial<LogEvent> = {}): LogEvent => ({
  ...{ id: `hostile ${message.slice(0, 40)}`, timestamp: now, message, ...more },
});
const text = (bytes: string | Uint8Array) => ({ awslogs: { data: gzipSync(bytes).toString('base64') } });
const wrappedIn = (depth: number): unknown => {
  let payload: unknown = subscription([event('deep down')]);
  for (let depths = 0; depths < depth; depths += 1) payload = failedInvocation(payload);
  return payload;
};
const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
const HALF = '\ud800';
const probe = (id: string): string => logLine(RECORDS.probe, { id, at: new Date(now) });

interface Hostile {
  readonly what: string;
  readonly payload: unknown;
  /** Rows among the unreadable that are there then, and were not before. */
  readonly unreadable: number;
  /** Probes. */
  readonly rows?: number;
  readonly outcome?: 'nothing';
}

export const HOSTILE_PAYLOADS: readonly Hostile[] = [
  { what: 'nothing', payload: null, unreadable: 1 },
  { what: 'a text', payload: 'text', unreadable: 1 },
  { what: 'half of a pair', payload: HALF, unreadable: 1 },
  { what: 'an empty object', payload: {}, unreadable: 1 },
  { what: 'its own prototype', payload: JSON.parse('{"__proto__":{"awslogs":{"data":""}}}'), unreadable: 1 },
  { what: 'data that is none', payload: { awslogs: { data: 1 } }, unreadable: 1 },
  { what: 'data that is empty', payload: { awslogs: { data: '' } }, unreadable: 1 },
  { what: 'data that is not base64', payload: { awslogs: { data: '%%%%' } }, unreadable: 1 },
  { what: 'packed bytes', payload: text(Buffer.from([0, 1, 0xff, 0xed, 0xa0, 0x80])), unreadable: 1 },
  { what: 'packed depth', payload: text(deep), unreadable: 1 },
  { what: 'a bomb', payload: text(Buffer.alloc(40 * 2 ** 20)), unreadable: 1 },
  {
    what: 'a torn delivery',
    payload: { awslogs: { data: subscription([event('torn')]).awslogs.data.slice(0, -20) } },
    unreadable: 1,
  },
  {
    what: 'another kind of message',
    payload: packed({ messageType: 'NEWS', logGroup: 'x', logEvents: [] }),
    unreadable: 1,
  },
  {
    what: 'events that are none',
    payload: packed({ messageType: 'DATA_MESSAGE', logGroup: 'x', logEvents: [null] }),
    unreadable: 1,
  },
  {
    what: 'a log group that is long',
    payload: subscription([event('long')], { logGroup: 'g'.repeat(513) }),
    unreadable: 1,
  },
  {
    what: 'too many lines',
    payload: subscription(Array.from({ length: 100_001 }, (_, n) => event('', { id: `many ${n}` }))),
    unreadable: 1,
  },
  { what: 'no events', payload: subscription([]), unreadable: 0 },
  {
    what: 'a beginning',
    payload: packed({ messageType: 'CONTROL_MESSAGE', logGroup: 'x', logEvents: [] }),
    unreadable: 0,
    outcome: 'nothing',
  },
  {
    what: 'a log group of NUL and half a pair',
    payload: subscription([event('of nobody')], { logGroup: `\0'${HALF}` }),
    unreadable: 1,
  },
  {
    what: 'a record from there',
    payload: subscription([event(probe('from there'))], { logGroup: `\n${HALF}` }),
    unreadable: 0,
    rows: 1,
  },
  {
    what: 'times out of this world',
    payload: subscription(
      [1e308, -1e308, 0.5, -0, 2 ** 53, now + 0.25].map((timestamp, n) => event(`garbage ${n}`, { timestamp })),
    ),
    unreadable: 6,
  },
  {
    what: 'ids that are strange',
    payload: subscription(['', HALF, '\0', 'i'.repeat(100_000)].map((id) => event(`by id ${id.length}`, { id }))),
    unreadable: 4,
  },
  {
    what: 'several lines in one event',
    payload: subscription([event(`${probe('one')}\r\nnobody knows\n\n${probe('two')}\n`)]),
    unreadable: 1,
    rows: 2,
  },
  { what: 'what is wrapped often', payload: wrappedIn(4), unreadable: 1 },
  { what: 'what is wrapped too often', payload: wrappedIn(5), unreadable: 1 },
  {
    what: 'messages of garbage',
    payload: sqsBatch({
      a: ' ',
      b: '\0',
      c: `${HALF} `,
      d: '{"awslogs":1}',
      e: `[${deep}]`,
      f: JSON.stringify(subscription([event(probe('behind'))])),
    }),
    unreadable: 5,
    rows: 1,
  },
];
