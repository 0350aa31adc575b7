import { parseLogRecord } from '../../events/log-record.ts';
import { logLine, RECORDS } from '../../shared/testing/log-lines.ts';
import { eventIdOf } from './event-id.ts';
import { rowOf } from './rows.ts';

const AT = new Date('2026-11-25T12:00:00.123Z');
const rowFor = (record: (typeof RECORDS)[keyof typeof RECORDS]) =>
  rowOf(parseLogRecord(logLine(record, { id: '6f1c', at: AT })), AT.getTime());

describe('a row', () => {
  it('has the columns of a request, its package by name, version and output', () => {
    expect(rowFor(RECORDS.request)).toEqual({
      table: 'requests',
      row: {
        at: AT.getTime(),
        eventId: eventIdOf('6f1c'),
        columns: {
          route: 'nar',
          method: 'GET',
          status: 302,
          partial: false,
          cache_result: 'redirect',
          store_hash: 'r8s84s5jn9y9k7l2c8chjgqj14mhrw0d',
          pname: 'glibc',
          version: '2.40-36',
          output: 'bin',
          body_bytes: 9_123_456,
          duration_us: 9_123,
          backend_us: 7_001,
          client: 'Nix',
          client_version: '2.31.2',
          country: 'DE',
          service_version: '0.1.0',
        },
      },
    });
  });

  it('says what a request does not: no package, no version, country ZZ', () => {
    expect(rowFor(RECORDS.miss).row.columns).toMatchObject({
      store_hash: '',
      pname: '',
      version: '',
      output: '',
      client_version: '',
      country: 'ZZ',
    });
  });

  it.each([
    [
      'channel_updates',
      RECORDS.channel_update,
      { channel: 'nixos-unstable', released_at: 1_795_347_187, unavailable: 0 },
    ],
    ['copies', RECORDS.copy, { name: 'glibc-2.40-36', file_size: 9_123_456, attempt: 1 }],
    ['failures', RECORDS.failure, { stage: 'copy', code: 'UPSTREAM_FAILED', channel: '', dead: false, attempt: 3 }],
    ['probes', RECORDS.probe, { target: 'bucket', ok: true, latency_us: 14_000, detail: '' }],
  ])('goes to %s', (table, record, columns) => {
    expect(rowFor(record)).toMatchObject({ table, row: { columns } });
  });

  it('holds no number that its column could not', () => {
    const long = { ...RECORDS.request, duration_us: Number.MAX_SAFE_INTEGER, body_bytes: Number.MAX_SAFE_INTEGER };
    const { columns } = rowOf({ ...long, v: 1, id: 'x', ts: '' }, 0).row;
    expect(columns).toMatchObject({ duration_us: 4_294_967_295, body_bytes: Number.MAX_SAFE_INTEGER });
  });

  it('is known by a number of 64 bits', () => {
    expect(eventIdOf('')).toBe(String(0xe3b0c44298fc1c14n)); // sha256 of nothing
    expect(eventIdOf('a')).not.toBe(eventIdOf('b'));
  });
});
