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

export function requestRecordOf(
  { method, path, range, asker }: Asked,
  { status, about = {} }: Pick<Answer, 'status' | 'about'>,
  { bodyBytes, durationUs, backendUs }: Sent,
): NewLogRecord {
  const route = routeOf(path);
  const given = status < 400 ? about.given : undefined;
  const promised = method === 'GET' && status < 400 ? about.promised : undefined;
  return {
    kind: 'request',
    route,
    method: METHODS.find((one) => one === method) ?? 'other',
    status,
    ...(route === 'nar' && range !== undefined && { partial: true }),
    cache: resultOf(status, about),
    ...(given && { store_hash: given.hash }),
    ...(given?.name !== undefined && { name: given.name }),
    body_bytes: promised ?? bodyBytes,
    duration_us: durationUs,
    backend_us: Math.min(backendUs, durationUs),
    client: asker.client,
    ...(asker.version !== undefined && { client_version: asker.version }),
    ...(asker.country !== undefined && { country: asker.country }),
    service_version: VERSION,
    ...(about.trouble && { error: about.trouble.code.slice(0, MOST_CODE) }),
  };
}

const MOST_CODE = 64;

function resultOf(status: number, { cache = 'local' }: About): CacheResult {
  if (status === 304) return 'not_modified';
  if (status < 400) return cache;
  if (status >= 500 || cache === 'error') return 'error';
  return status === 404 ? 'miss' : 'local';
}
