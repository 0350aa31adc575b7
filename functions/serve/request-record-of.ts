/**
 * What is written down of one request: which kind of thing was asked for, what was given, how long it took, and what program asked.
 * Nothing of the request itself gets in but the route, the method and whether there was a range, each from a closed list. Pure.
 */
import type { NewLogRecord } from '../../events/log-record.ts';
import { type CacheResult, METHODS } from '../../events/request-record.ts';
import { VERSION } from '../../shared/upstream/user-agent.ts';
import type { About, Answer } from './answer.ts';
import type { Asked } from './asked.ts';
import { routeOf } from './route-of.ts';

export interface Sent {
  /** Of the body, as they went out. */
  readonly bodyBytes: number;
  /** Microseconds. */
  readonly durationUs: number;
  readonly backendUs: number;
}

type NewRequestRecord = Extract<NewLogRecord, { readonly kind: 'request' }>;

export function requestRecordOf(
  { method, path, range, asker }: Asked,
  { status, about = {} }: Pick<Answer, 'status' | 'about'>,
  { bodyBytes, durationUs, backendUs }: Sent,
): NewRequestRecord {
  const route = routeOf(path);
  const isGiven = status < 400;
  // Set one by one, which costs less than to put it together from parts: it is done for every request.
  const record: NewRequestRecord = {
    kind: 'request',
    route,
    method: METHODS.find((one) => one === method) ?? 'other',
    status,
    cache: resultOf(status, about),
    body_bytes: (isGiven && method === 'GET' ? about.promised : undefined) ?? bodyBytes,
    duration_us: durationUs,
    backend_us: Math.min(backendUs, durationUs),
    client: asker.client,
    service_version: VERSION,
  };
  if (route === 'nar' && range !== undefined) record.partial = true;
  if (isGiven && about.given) {
    record.store_hash = about.given.hash;
    if (about.given.name !== undefined) record.name = about.given.name;
  }
  if (asker.version !== undefined) record.client_version = asker.version;
  if (asker.country !== undefined) record.country = asker.country;
  if (about.trouble) record.error = about.trouble.code.slice(0, MOST_CODE);
  return record;
}

const MOST_CODE = 64;

function resultOf(status: number, { cache = 'local' }: About): CacheResult {
  if (status === 304) return 'not_modified';
  if (status < 400) return cache;
  if (status >= 500 || cache === 'error') return 'error';
  return status === 404 ? 'miss' : 'local';
}
