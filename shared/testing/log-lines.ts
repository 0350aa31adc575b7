/** Lines of the log stream: a record of each kind. */
import { formatLogRecord, type NewLogRecord } from '../../events/log-record.ts';
import { parseChannelName, parseReleasePrefix } from '../nix/release.ts';
import { parseStorePathHash } from '../nix/store-path.ts';

const HASH = parseStorePathHash('r8s84s5jn9y9k7l2c8chjgqj14mhrw0d');
const RELEASE = parseReleasePrefix('nixos/unstable/nixos-26.11pre1.aaaaaaaaaaaa');

export const RECORDS = {
  request: {
    kind: 'request',
    route: 'nar',
    method: 'GET',
    status: 302,
    cache: 'redirect',
    store_hash: HASH,
    name: 'glibc-2.40-36-bin',
    body_bytes: 9_123_456,
    duration_us: 9_123,
    backend_us: 7_001,
    client: 'Nix',
    client_version: '2.31.2',
    country: 'DE',
    service_version: '0.1.0',
  },
  miss: {
    kind: 'request',
    route: 'narinfo',
    method: 'GET',
    status: 404,
    cache: 'miss',
    body_bytes: 0,
    duration_us: 900,
    backend_us: 700,
    client: 'other',
    service_version: '0.1.0',
  },
  channel_update: {
    kind: 'channel_update',
    channel: parseChannelName('nixos-unstable'),
    outcome: 'detected',
    release: RELEASE,
    revision: 'a'.repeat(40),
    released_at: '2026-11-22T11:33:07.000Z',
    paths: 104_233,
    new_paths: 3_120,
    duration_us: 8_120_000,
  },
  copy: {
    kind: 'copy',
    outcome: 'copied',
    store_hash: HASH,
    name: 'glibc-2.40-36',
    release: RELEASE,
    file_hash: 'sha256:1abc',
    file_size: 9_123_456,
    nar_size: 31_000_000,
    duration_us: 412_000,
    attempt: 1,
  },
  failure: {
    kind: 'failure',
    stage: 'copy',
    code: 'UPSTREAM_FAILED',
    object: HASH,
    message: 'cache.nixos.org answered 503',
    attempt: 3,
  },
  probe: { kind: 'probe', target: 'bucket', ok: true, latency_us: 14_000 },
} as const satisfies Record<string, NewLogRecord>;

/** @param id of the record: the same id is the same event. */
export const logLine = (record: NewLogRecord, { id, at }: { readonly id: string; readonly at: Date }): string =>
  JSON.stringify({ ...(JSON.parse(formatLogRecord(record, at)) as object), id });
