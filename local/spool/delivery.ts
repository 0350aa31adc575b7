/**
 * A segment as CloudWatch Logs would deliver it, so that load is the same on one machine and deployed. Its lines are known by the
 * segment's name and content: a segment that is loaded again is the same delivery, and another one never is.
 */
import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

export interface SpoolDelivery {
  readonly awslogs: { readonly data: string };
}

/** Where lines come from, in ClickHouse: what is a log group's name elsewhere. */
const SOURCE = 'spool';
const DIGITS = 16;

/** Undefined when it holds no line. A last line that was cut counts, for load keeps what it can't read. */
export async function deliveryOf(file: string, content: Buffer, begunAt: Date): Promise<SpoolDelivery | undefined> {
  const digits = hash('sha256', content, 'hex').slice(0, DIGITS);
  const logEvents = content
    .toString()
    .split('\n')
    .map((message, line) => ({ id: `${file}:${digits}:${line}`, timestamp: begunAt.getTime(), message }))
    .filter(({ message }) => message !== '');
  if (logEvents.length === 0) return undefined;
  const message = {
    messageType: 'DATA_MESSAGE',
    owner: '000000000000',
    logGroup: SOURCE,
    logStream: file,
    subscriptionFilters: [SOURCE],
    logEvents,
  };
  return { awslogs: { data: (await promisify(gzip)(JSON.stringify(message))).toString('base64') } };
}
