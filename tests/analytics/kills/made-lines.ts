/** Lines of the log stream, thrown by dice, each with what it is to become: worked out here, and not by what load does. */
import { createHash } from 'node:crypto';
import { type NewLogRecord, parseLogRecord } from '../../../events/log-record.ts';
import { CACHE_RESULTS, CLIENTS, METHODS, ROUTES } from '../../../events/request-record.ts';
import { parseStorePathHash } from '../../../shared/nix/store-path.ts';
import type { LogEvent } from '../../../shared/testing/log-delivery.ts';
import { logLine, RECORDS } from '../../../shared/testing/log-lines.ts';
import type { Dice } from '../../support/dice.ts';

export type Value = string | number | boolean;

/** What a request is to count as. */
export interface MadeRequest {
  readonly at: number;
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly partial: boolean;
  readonly cache: string;
  readonly pname: string;
  readonly version: string;
  readonly bodyBytes: number;
  readonly durationUs: number;
  readonly backendUs: number;
  readonly client: string;
  readonly clientVersion: string;
  readonly country: string;
}

/** `row`: the columns of its table, as totals.ts asks for them. */
export interface MadeLine {
  readonly event: LogEvent;
  readonly becomes:
    | { readonly table: string; readonly row: readonly Value[]; readonly request?: MadeRequest }
    | 'noise';
}

const HOUR = 3_600_000;
/** `unreadable` keeps its rows for 30 days, all others for 90 at least. */
const DAYS = [0, 0, 0, 1, 2, 25, 60] as const;
const MOST_DAYS_UNREADABLE = 25;
const PACKAGES = ['hello', 'glibc', 'python3.13-requests', 'texlive-scripts', 'a+b', 'x'] as const;
const VERSIONS = ['2.12.1', '2.40-36', '0-unstable-2026-11-01', ''] as const;
const OUTPUTS = ['', '', 'bin', 'dev'] as const;
const CLIENT_VERSIONS = ['2.31.2', '2.18', '3', ''] as const;
const COUNTRIES = ['DE', 'US', 'JP', 'NZ', 'ZZ'] as const;
const STATUSES = [200, 200, 200, 302, 307, 304, 404, 503] as const;
const PERMANENT = ['Nix', 'Lix', 'Snix', 'Tvix'];
const NOISE = [
  '{"time":"2026-11-22T11:33:07.123Z","level":"info","event":"copy.done"}',
  'REPORT RequestId: 8f5e Duration: 12.3 ms',
  '',
] as const;
const GARBAGE = ['nobody knows', '{"v":1,"kind":"request","id":"torn', '{"v":2,"kind":"request"}', '[]'] as const;

export const SOURCE = '/aws/lambda/copycat-dev-serve';

/** @param name of the line, unlike all others'. */
export function makeLine(name: string, now: number, dice: Dice): MadeLine {
  const [days, since] = [dice.pick(DAYS), dice.between(0, 20 * HOUR)];
  const atMost = (most: number): number => Math.floor(now - Math.min(days, most) * 24 * HOUR - since);
  const at = atMost(days);
  const event = (message: string): LogEvent => ({ id: `event ${name}`, timestamp: at, message });
  type Becomes = readonly [said: NewLogRecord, columns: readonly Value[], request?: MadeRequest];
  const record = (table: string, ...[said, columns, request]: Becomes): MadeLine => {
    const id = `record ${name}`;
    const message = logLine(said, { id, at: new Date(at) });
    parseLogRecord(message); // or the test would be about nothing
    return {
      event: event(message),
      becomes: { table, row: [eventIdOf(id), dateTime(at), ...columns], ...(request && { request }) },
    };
  };
  if (dice.happens(0.8)) {
    return record('requests', ...makeRequest(at, dice));
  }
  const kind = dice.pick(['channel_update', 'copy', 'failure', 'probe', 'noise', 'garbage']);
  const number = Math.floor(dice.between(0, 2 ** 31));
  switch (kind) {
    case 'channel_update': {
      const { channel, outcome, revision, release } = RECORDS.channel_update;
      const said = { ...RECORDS.channel_update, paths: number };
      const columns = [channel, outcome, revision, release, '2026-11-22 11:33:07', number, 3_120, 0, 8_120_000, ''];
      return record('channel_updates', said, columns);
    }
    case 'copy': {
      const { release, outcome, store_hash, name: of, file_hash, file_size, nar_size } = RECORDS.copy;
      const columns = [release, outcome, store_hash, of, file_hash, file_size, nar_size, number, 1];
      return record('copies', { ...RECORDS.copy, duration_us: number }, columns);
    }
    case 'failure': {
      const { stage, code, object, message } = RECORDS.failure;
      const said = { ...RECORDS.failure, message: `${message} ${number}`, dead: true };
      return record('failures', said, [stage, code, '', object, `${message} ${number}`, 3, true]);
    }
    case 'probe':
      return record('probes', { ...RECORDS.probe, latency_us: number }, ['bucket', true, number, '']);
    case 'noise':
      return { event: event(dice.pick(NOISE)), becomes: 'noise' };
    default: {
      const garbage = { ...event(dice.pick(GARBAGE)), timestamp: atMost(MOST_DAYS_UNREADABLE) };
      const row = [eventIdOf(garbage.id), dateTime(garbage.timestamp), SOURCE, garbage.message];
      return { event: garbage, becomes: { table: 'unreadable', row } };
    }
  }
}

function makeRequest(at: number, dice: Dice): readonly [NewLogRecord, readonly Value[], MadeRequest] {
  const [pname, version, suffix] = [dice.pick(PACKAGES), dice.pick(VERSIONS), dice.pick(OUTPUTS)];
  const output = version === '' ? '' : suffix; // nobody can tell it from a name then
  const isNamed = dice.happens(0.8);
  const request: MadeRequest = {
    at,
    route: dice.happens(0.6) ? dice.pick(['nar', 'narinfo']) : dice.pick(ROUTES),
    method: dice.happens(0.8) ? 'GET' : dice.pick(METHODS),
    status: dice.pick(STATUSES),
    partial: dice.happens(0.1),
    cache: dice.pick(CACHE_RESULTS),
    pname: isNamed ? pname : '',
    version: isNamed ? version : '',
    bodyBytes: Math.floor(2 ** dice.between(0, 34)),
    durationUs: Math.floor(2 ** dice.between(0, 31)),
    backendUs: dice.happens(0.3) ? 0 : Math.floor(2 ** dice.between(0, 31)),
    client: dice.happens(0.6) ? dice.pick(['Nix', 'Lix']) : dice.pick(CLIENTS),
    clientVersion: dice.pick(CLIENT_VERSIONS),
    country: dice.pick(COUNTRIES),
  };
  const { bodyBytes, durationUs, backendUs, client, clientVersion, country, partial } = request;
  const hash = parseStorePathHash(Array.from({ length: 32 }, () => dice.pick(['0', '1', 'a', 'z'])).join(''));
  const name = [pname, version, output].filter(Boolean).join('-');
  const said = {
    ...{ kind: 'request', route: request.route, method: request.method, status: request.status, cache: request.cache },
    ...(partial ? { partial } : {}),
    ...(isNamed ? { store_hash: hash, name } : {}),
    ...{ body_bytes: bodyBytes, duration_us: durationUs, backend_us: backendUs, client, service_version: '0.1.0' },
    ...(clientVersion ? { client_version: clientVersion } : {}),
    ...(country === 'ZZ' ? {} : { country }),
  } as NewLogRecord; // `record` above has it parsed
  const columns = [
    ...[request.route, request.method, request.status, partial, request.cache, isNamed ? hash : '', request.pname],
    ...[request.version, isNamed ? output : '', bodyBytes, durationUs, backendUs, client, clientVersion, country],
    ...['0.1.0', isDownload(request)],
  ];
  return [said, columns, request];
}

/** The published definition. */
export const isDownload = ({ route, method, status, partial, client }: MadeRequest): boolean =>
  route === 'nar' && method === 'GET' && !partial && [200, 302, 307].includes(status) && PERMANENT.includes(client);

export const eventIdOf = (id: string): string =>
  BigInt(`0x${createHash('sha256').update(id).digest('hex').slice(0, 16)}`).toString();

/** As ClickHouse says it. */
export const dateTime = (at: number): string => new Date(at).toISOString().replace('T', ' ').slice(0, 23);
