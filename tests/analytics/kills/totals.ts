/** What every table must hold when each of these lines came exactly once, and what it does hold: rows as texts that can be compared. */
import type { ClickHouseClient } from '../../../shared/analytics/client.ts';
import { dateTime, isDownload, type MadeLine, type MadeRequest, SOURCE, type Value } from './made-lines.ts';

/** By table, in any order. */
export type Totals = Readonly<Record<string, readonly string[]>>;

/** Raw tables to their columns; aggregates to their groups, and not to how they are merged. All zeros are as good as none. */
export const QUESTIONS: Readonly<Record<string, string>> = {
  requests: `SELECT toString(event_id), ts, route, method, status, partial, cache_result, store_hash, pname, version, output,
    body_bytes, duration_us, backend_us, client, client_version, country, service_version, download FROM requests`,
  channel_updates: `SELECT toString(event_id), ts, channel, outcome, revision, release, released_at, paths, new_paths, unavailable,
    duration_us, error FROM channel_updates`,
  copies: `SELECT toString(event_id), ts, release, outcome, store_hash, name, file_hash, file_size, nar_size, duration_us, attempt
    FROM copies`,
  failures: `SELECT toString(event_id), ts, stage, code, channel, object, message, attempt, dead FROM failures WHERE stage != 'load'`,
  probes: 'SELECT toString(event_id), ts, target, ok, latency_us, detail FROM probes',
  unreadable: 'SELECT toString(event_id), ts, source, line FROM unreadable',
  requests_hourly: `SELECT toString(hour), route, method, status, cache_result, sum(requests), sum(body_bytes),
    sumMap(duration), sumMap(backend) FROM requests_hourly GROUP BY hour, route, method, status, cache_result`,
  packages_daily: `SELECT date, pname, version, sum(downloads) AS d, sum(lookups) AS l, sum(body_bytes) AS b FROM packages_daily
    GROUP BY date, pname, version HAVING d + l + b > 0`,
  clients_daily: `SELECT date, client, client_version, sum(requests), sum(checkins), sum(downloads), sum(body_bytes) FROM clients_daily
    GROUP BY date, client, client_version`,
  countries_daily: `SELECT date, country, sum(requests), sum(downloads), sum(body_bytes) FROM countries_daily GROUP BY date, country`,
  sizes_daily: `SELECT date, log2_size, sum(downloads), sum(body_bytes) FROM sizes_daily GROUP BY date, log2_size`,
  deliveries: 'SELECT source, newest, rows, noise, unreadable FROM deliveries',
  failures_of_load: "SELECT ts, code, object FROM failures WHERE stage = 'load'",
};

export async function totalsIn(client: ClickHouseClient): Promise<Totals> {
  const found: Record<string, readonly string[]> = {};
  for (const [table, query] of Object.entries(QUESTIONS)) {
    const answer = await client.query({ query, format: 'JSONCompactEachRow' });
    found[table] = (await answer.json<readonly unknown[]>()).map(asText);
  }
  return found;
}

/** @param deliveries those that are unlike each other; lines may be in several. */
export function totalsOf(deliveries: readonly (readonly MadeLine[])[]): Totals {
  const lines = [...new Set(deliveries.flat())];
  const kept = lines.flatMap(({ becomes }) => (becomes === 'noise' ? [] : [becomes]));
  const requests = kept.flatMap(({ request }) => request ?? []);
  const clients = requests.filter(({ route }) => !['page', 'api', 'health', 'diagnose', 'other'].includes(route));
  const named = requests.filter(({ pname, route }) => pname !== '' && ['nar', 'narinfo'].includes(route));
  const raw = Object.groupBy(kept, ({ table }) => table);
  const rowsOf = (table: string): readonly string[] => (raw[table] ?? []).map(({ row }) => asText(row));
  const gets = ({ method, bodyBytes }: MadeRequest): number => (method === 'GET' ? bodyBytes : 0);
  const downloads = (request: MadeRequest): number => Number(isDownload(request));
  return {
    ...Object.fromEntries(
      ['requests', 'channel_updates', 'copies', 'failures', 'probes', 'unreadable'].map((table) => [
        table,
        rowsOf(table),
      ]),
    ),
    requests_hourly: grouped(
      requests,
      ({ at, route, method, status, cache }) => [`${dateTime(at).slice(0, 13)}:00:00`, route, method, status, cache],
      (some) => [
        some.length,
        sum(some, ({ bodyBytes }) => bodyBytes),
        histogram(some.map(({ durationUs }) => durationUs)),
        histogram(some.flatMap(({ backendUs }) => (backendUs > 0 ? [backendUs] : []))),
      ],
    ),
    packages_daily: grouped(
      named,
      ({ at, pname, version }) => [dayOf(at), pname, version],
      (some) => [
        sum(some, downloads),
        some.filter(({ route, status }) => route === 'narinfo' && status === 200).length,
        sum(some, (request) => (request.route === 'nar' ? gets(request) : 0)),
      ],
    ).filter((line) => !line.endsWith(' | 0 | 0 | 0')),
    clients_daily: grouped(
      clients,
      ({ at, client, clientVersion }) => [dayOf(at), client, clientVersion],
      (some) => [
        some.length,
        some.filter(({ route, method }) => route === 'cache_info' && method === 'GET').length,
        sum(some, downloads),
        sum(some, gets),
      ],
    ),
    countries_daily: grouped(
      clients,
      ({ at, country }) => [dayOf(at), country],
      (some) => [some.length, sum(some, downloads), sum(some, gets)],
    ),
    sizes_daily: grouped(
      requests.filter(isDownload),
      ({ at, bodyBytes }) => [dayOf(at), Math.ceil(Math.log2(Math.max(bodyBytes, 1)))],
      (some) => [some.length, sum(some, ({ bodyBytes }) => bodyBytes)],
    ),
    deliveries: deliveries.map((own) => asText([SOURCE, newestOf(own), ...countsOf(own)])),
    failures_of_load: deliveries
      .filter((own) => own.some(isUnreadable))
      .map((own) => asText([newestOf(own), 'UNREADABLE', SOURCE])),
  };
}

const isUnreadable = ({ becomes }: MadeLine): boolean => becomes !== 'noise' && becomes.table === 'unreadable';

/** Rows, noise, unreadable. */
function countsOf(lines: readonly MadeLine[]): readonly number[] {
  const noise = lines.filter(({ becomes }) => becomes === 'noise').length;
  const unreadable = lines.filter(isUnreadable).length;
  return [lines.length - noise - unreadable, noise, unreadable];
}

const newestOf = (lines: readonly MadeLine[]): string =>
  dateTime(Math.max(...lines.map(({ event }) => event.timestamp)));

/** Sentences: what is there too often, and what is lacking. */
export function differences(found: Totals, expected: Totals): readonly string[] {
  return Object.keys(QUESTIONS).flatMap((table) => {
    const balance = new Map<string, number>();
    for (const line of found[table] ?? []) balance.set(line, (balance.get(line) ?? 0) + 1);
    for (const line of expected[table] ?? []) balance.set(line, (balance.get(line) ?? 0) - 1);
    const wrong = [...balance].filter(([, more]) => more !== 0);
    return wrong.map(([line, more]) => `${table}: ${more > 0 ? 'too many' : 'lacking'} (${Math.abs(more)}): ${line}`);
  });
}

function grouped(
  requests: readonly MadeRequest[],
  keyOf: (request: MadeRequest) => readonly Value[],
  sumsOf: (some: readonly MadeRequest[]) => readonly unknown[],
): readonly string[] {
  const groups = Map.groupBy(requests, (request) => asText(keyOf(request)));
  return [...groups].map(([key, some]) => `${key} | ${asText(sumsOf(some))}`);
}

/** A bucket holds durations in (2^((b-1)/16), 2^(b/16)] microseconds. */
function histogram(durations: readonly number[]): Readonly<Record<number, number>> {
  const buckets: Record<number, number> = {};
  for (const us of durations) {
    const bucket = Math.ceil(Math.log2(Math.max(us, 1)) * 16);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  return buckets;
}

const sum = (some: readonly MadeRequest[], of: (request: MadeRequest) => number): number =>
  some.reduce((total, request) => total + of(request), 0);

const dayOf = (at: number): string => dateTime(at).slice(0, 10);

/** Numbers are numbers whether they come as such or quoted; maps in the order of their keys. */
const asText = (values: readonly unknown[]): string =>
  values
    .map((value) => (typeof value === 'object' ? JSON.stringify(value).replaceAll(/:"(\d+)"/g, ':$1') : String(value)))
    .join(' | ');
