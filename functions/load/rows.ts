/** Makes a row of a record: the columns of its table (shared/analytics/schema), within what their types can hold. */
import type { LogRecord } from '../../events/log-record.ts';
import { splitPackageName } from '../../shared/nix/package-name.ts';
import { eventIdOf } from './event-id.ts';
import type { Row, Table } from './log-tables.ts';

export interface TableRow {
  readonly table: Table;
  readonly row: Row;
}

type Columns = Row['columns'];
type RecordOf<K extends LogRecord['kind']> = Extract<LogRecord, { kind: K }>;

/** @param at the record's time, in milliseconds */
export function rowOf(record: LogRecord, at: number): TableRow {
  const [table, columns] = columnsOf(record);
  return { table, row: { at, eventId: eventIdOf(record.id), columns } };
}

function columnsOf(record: LogRecord): readonly [Table, Columns] {
  switch (record.kind) {
    case 'request':
      return ['requests', requestColumns(record)];
    case 'channel_update':
      return ['channel_updates', channelUpdateColumns(record)];
    case 'copy':
      return ['copies', copyColumns(record)];
    case 'failure':
      return ['failures', failureColumns(record)];
    case 'probe':
      return ['probes', probeColumns(record)];
  }
}

const requestColumns = (record: RecordOf<'request'>): Columns => ({
  route: record.route,
  method: record.method,
  status: record.status,
  partial: record.partial ?? false,
  cache_result: record.cache,
  store_hash: record.store_hash ?? '',
  ...splitPackageName(record.name ?? ''),
  body_bytes: record.body_bytes,
  duration_us: uint32(record.duration_us),
  backend_us: uint32(record.backend_us),
  client: record.client,
  client_version: record.client_version ?? '',
  country: record.country ?? 'ZZ',
  service_version: text(record.service_version),
});

const channelUpdateColumns = (record: RecordOf<'channel_update'>): Columns => ({
  channel: record.channel,
  outcome: record.outcome,
  revision: record.revision ?? '',
  release: record.release ?? '',
  released_at: record.released_at === undefined ? 0 : uint32(Date.parse(record.released_at) / 1000),
  paths: uint32(record.paths),
  new_paths: uint32(record.new_paths),
  unavailable: uint32(record.unavailable),
  duration_us: record.duration_us ?? 0,
  error: text(record.error),
});

const copyColumns = (record: RecordOf<'copy'>): Columns => ({
  release: record.release ?? '',
  outcome: record.outcome,
  store_hash: record.store_hash,
  name: record.name ?? '',
  file_hash: text(record.file_hash),
  file_size: record.file_size ?? 0,
  nar_size: record.nar_size ?? 0,
  duration_us: uint32(record.duration_us),
  attempt: uint16(record.attempt),
});

export const failureColumns = (record: Omit<RecordOf<'failure'>, 'v' | 'kind' | 'id' | 'ts'>): Columns => ({
  stage: record.stage,
  code: text(record.code),
  channel: record.channel ?? '',
  object: text(record.object),
  message: text(record.message),
  attempt: uint16(record.attempt),
  dead: record.dead ?? false,
});

const probeColumns = (record: RecordOf<'probe'>): Columns => ({
  target: record.target,
  ok: record.ok,
  latency_us: uint32(record.latency_us),
  detail: text(record.detail),
});

/** What does not fit is the most that does: an hour's answer is slow enough. */
const atMost =
  (most: number) =>
  (value = 0): number =>
    Math.min(most, Math.max(0, Math.floor(value)));
const uint32 = atMost(2 ** 32 - 1);
const uint16 = atMost(2 ** 16 - 1);

/** ClickHouse takes no half of a surrogate pair. */
const text = (value = ''): string => value.toWellFormed();
