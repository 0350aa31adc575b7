/** Every message and record: what is formatted is parsed to the same, and garbage is refused with the field that is wrong. */
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { type CopycatError, Malformed } from '../shared/errors.ts';
import { encodeNix32 } from '../shared/nix/nix32.ts';
import { parseChannelName, parseReleasePrefix } from '../shared/nix/release.ts';
import { parseStorePathBaseName, parseStorePathHash } from '../shared/nix/store-path.ts';
import { backfillId, formatBackfill, parseBackfill } from './backfill.ts';
import { formatBucketUsage, parseBucketUsage } from './bucket-usage.ts';
import { formatChannelPointer, parseChannelPointer } from './channel-pointer.ts';
import { formatChannelSeen, parseChannelSeen } from './channel-seen.ts';
import { CHANNEL_OUTCOMES } from './channel-update-record.ts';
import { COPY_OUTCOMES } from './copy-record.ts';
import { formatCopyRequested, parseCopyRequested } from './copy-requested.ts';
import { failureOf, MOST_MESSAGE, MOST_OBJECT, STAGES } from './failure-record.ts';
import { formatFanOut, readFanOut } from './fan-out.ts';
import {
  formatLogRecord,
  type LogRecordKind,
  MOST_LINE_LENGTH,
  type NewLogRecord,
  parseLogRecord,
} from './log-record.ts';
import { formatNamesGoing, readNamesGoing } from './names-going.ts';
import { formatOperation, OPERATION_OUTCOMES, parseOperation } from './operation.ts';
import { afterAttempt, formatPathUnavailable, isNextDue, parsePathUnavailable, REASONS } from './path-unavailable.ts';
import { formatPolled, parsePolled } from './polled.ts';
import { formatProbes, PROBED_PARTS, parseProbes, timeOfMinute, withFindings } from './probes.ts';
import { formatReleaseManifest, MANIFEST_REASONS, parseReleaseManifest } from './release-manifest.ts';
import { formatReleaseProgress, parseReleaseProgress } from './release-progress.ts';
import { formatReleaseRecord, parseReleaseRecord } from './release-record.ts';
import { CACHE_RESULTS, CLIENTS, METHODS, ROUTES } from './request-record.ts';
import { formatScrub, parseScrub } from './scrub.ts';
import { formatSpoolStanding, parseSpoolStanding } from './spool-standing.ts';
import { hashOfStagedKey, stagedKey } from './staged.ts';
import { formatWithdrawal, hashOfWithdrawalKey, parseWithdrawal, withdrawalKey } from './withdrawal.ts';

const hash = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => parseStorePathHash(encodeNix32(bytes)));
const path = fc
  .tuple(hash, fc.stringMatching(/^[a-z][a-z0-9.+_-]{0,20}$/))
  .map(([h, name]) => parseStorePathBaseName(`${h}-${name}`));
const release = fc
  .stringMatching(/^nixos\/unstable\/nixos-26\.11pre[0-9]{1,6}\.[0-9a-f]{12}$/)
  .map((text) => parseReleasePrefix(text));
const channel = fc.constantFrom('nixos-unstable', 'nixos-26.05-small').map((text) => parseChannelName(text));
const time = fc
  .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const revision = fc.stringMatching(/^[0-9a-f]{40}$/);

const copyRequested = fc.record(
  { type: fc.constant('copy-requested' as const), hash, release },
  { requiredKeys: ['type', 'hash'] },
);
const channelSeen = fc.record({
  channel,
  releases: fc.array(
    fc.record(
      { release, seenAt: time, fannedOut: fc.boolean(), imageRuns: fc.nat(), backfilled: fc.boolean() },
      { requiredKeys: ['release', 'seenAt', 'fannedOut'] },
    ),
  ),
});
const releaseRecord = fc.record({
  release,
  revision,
  releasedAt: time,
  lastModified: fc.nat(),
  files: fc.array(
    fc.record({
      name: fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}$/),
      size: fc.nat(),
      sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
    }),
  ),
});
const pointer = fc.record({
  channel,
  release,
  revision,
  movedAt: time,
  listed: fc.nat(),
  unavailable: fc.dictionary(fc.constantFrom('missing', 'blocked'), fc.nat()),
});
const manifest = fc.record({
  release,
  revision,
  settledAt: time,
  listed: fc.nat(),
  unavailable: fc.array(
    fc.record(
      { path, reason: fc.constantFrom(...MANIFEST_REASONS), because: hash },
      { requiredKeys: ['path', 'reason'] },
    ),
  ),
});
const unavailable = fc.record({
  hash,
  reason: fc.constantFrom(...REASONS),
  evidence: fc.string(),
  since: time,
  attempts: fc.nat(),
  last: time,
  next: time,
});

const spool = fc.record(
  {
    at: time,
    waiting: fc.record({ segments: fc.nat(), bytes: fc.nat(), oldest: time }, { requiredKeys: ['segments', 'bytes'] }),
    loadedUpTo: time,
    dropped: fc.record({ lines: fc.nat(), since: time, last: time }, { requiredKeys: ['lines'] }),
  },
  { requiredKeys: ['at', 'waiting', 'dropped'] },
);
const usage = fc.record({ bytes: fc.nat(), objects: fc.nat(), countedAt: time, at: time });
const polled = fc.record({
  at: time,
  channels: fc.array(
    fc.record(
      { channel, outcome: fc.constantFrom('unchanged' as const, 'detected' as const, 'failed' as const), release },
      { requiredKeys: ['channel', 'outcome'] },
    ),
  ),
});
const progress = fc.record({ release, revision, listed: fc.nat(), toCome: fc.nat(), at: time });
const finding = fc.oneof(fc.nat(), fc.record({ code: fc.nat() }), fc.constant(null));
const probes = fc.record({
  date: fc.constant('2026-11-23'),
  minutes: fc.array(fc.record({ minute: fc.nat(1_439), bucket: finding, clickhouse: finding, upstream: finding })),
});

const name = path.map((one) => one.name);
const words = (most: number) => fc.string({ maxLength: most });
/** What only some records of a kind have is left out at random. */
const record = <T extends object, K extends keyof T>(
  fields: { [F in keyof T]: fc.Arbitrary<T[F]> },
  requiredKeys: K[],
) => fc.record(fields, { requiredKeys });

const NEW_RECORDS: Readonly<Record<LogRecordKind, fc.Arbitrary<NewLogRecord>>> = {
  request: record(
    {
      kind: fc.constant('request' as const),
      route: fc.constantFrom(...ROUTES),
      method: fc.constantFrom(...METHODS),
      status: fc.integer({ min: 100, max: 599 }),
      partial: fc.boolean(),
      cache: fc.constantFrom(...CACHE_RESULTS),
      store_hash: hash,
      name,
      body_bytes: fc.nat(),
      duration_us: fc.nat(),
      backend_us: fc.nat(),
      client: fc.constantFrom(...CLIENTS),
      client_version: fc.constantFrom('2', '2.31', '2.31.2'),
      country: fc.constantFrom('DE', 'ZZ'),
      service_version: words(64),
      error: words(64),
    },
    [
      'kind',
      'route',
      'method',
      'status',
      'cache',
      'body_bytes',
      'duration_us',
      'backend_us',
      'client',
      'service_version',
    ],
  ),
  channel_update: record(
    {
      kind: fc.constant('channel_update' as const),
      channel,
      outcome: fc.constantFrom(...CHANNEL_OUTCOMES),
      release,
      revision,
      released_at: time,
      paths: fc.nat(),
      new_paths: fc.nat(),
      unavailable: fc.nat(),
      duration_us: fc.nat(),
      error: words(64),
    },
    ['kind', 'channel', 'outcome'],
  ),
  copy: record(
    {
      kind: fc.constant('copy' as const),
      outcome: fc.constantFrom(...COPY_OUTCOMES),
      store_hash: hash,
      name,
      release,
      file_hash: words(100),
      file_size: fc.nat(),
      nar_size: fc.nat(),
      duration_us: fc.nat(),
      attempt: fc.integer({ min: 1, max: 1_000 }),
    },
    ['kind', 'outcome', 'store_hash', 'duration_us', 'attempt'],
  ),
  failure: record(
    {
      kind: fc.constant('failure' as const),
      stage: fc.constantFrom(...STAGES),
      code: words(64),
      channel,
      object: words(MOST_OBJECT),
      message: words(MOST_MESSAGE),
      attempt: fc.integer({ min: 1, max: 1_000 }),
      dead: fc.boolean(),
    },
    ['kind', 'stage', 'code', 'message'],
  ),
  probe: record(
    {
      kind: fc.constant('probe' as const),
      target: fc.constantFrom(...PROBED_PARTS),
      ok: fc.boolean(),
      latency_us: fc.nat(),
      detail: words(100),
    },
    ['kind', 'target', 'ok'],
  ),
};
const operation = fc.record(
  {
    command: fc.constantFrom('backfill', 'replay dead-letters'),
    line: fc.string(),
    began: time,
    ended: time,
    outcome: fc.constantFrom(...OPERATION_OUTCOMES),
    counts: fc.dictionary(fc.constantFrom('asked', 'replayed'), fc.nat()),
    error: fc.string(),
  },
  { requiredKeys: ['command', 'line', 'began', 'counts'] },
);
const backfill = fc.record(
  { id: fc.string(), paths: fc.nat(), asked: fc.nat(), upTo: hash, began: time, at: time, done: fc.boolean() },
  { requiredKeys: ['id', 'paths', 'asked', 'began', 'at', 'done'] },
);
const seen = { began: time, names: fc.nat(), nars: fc.nat(), bytes: fc.nat() };
const found = fc.dictionary(fc.constantFrom('nar-rotten', 'unread'), fc.nat());
const scrub = fc.record(
  {
    at: time,
    allowance: fc.integer(),
    round: fc.record({ ...seen, found, cursor: fc.string(), withdrawn: fc.nat() }),
    last: fc.record({ ...seen, found, ended: time }),
  },
  { requiredKeys: ['at', 'allowance'] },
);
const withdrawal = fc.record(
  {
    hash,
    kind: fc.constant('nar-rotten'),
    evidence: fc.string(),
    at: time,
    nar: fc.record({ key: fc.string(), etag: fc.string() }, { requiredKeys: ['key'] }),
    releases: fc.array(release),
    awaySince: time,
  },
  { requiredKeys: ['hash', 'kind', 'evidence', 'at', 'releases'] },
);

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('round trips', () => {
  it('copy-requested', () =>
    fc.assert(
      fc.property(copyRequested, (event) => expect(parseCopyRequested(formatCopyRequested(event))).toEqual(event)),
    ));
  it('channel-seen', () =>
    fc.assert(
      fc.property(channelSeen, (record) => expect(parseChannelSeen(formatChannelSeen(record))).toEqual(record)),
    ));
  it('channel-pointer', () =>
    fc.assert(
      fc.property(pointer, (record) =>
        expect(plain(parseChannelPointer(formatChannelPointer(record)))).toEqual(plain(record)),
      ),
    ));
  it('release-manifest', () =>
    fc.assert(
      fc.property(manifest, (record) => expect(parseReleaseManifest(formatReleaseManifest(record))).toEqual(record)),
    ));
  it('release-record', () =>
    fc.assert(
      fc.property(releaseRecord, (record) => expect(parseReleaseRecord(formatReleaseRecord(record))).toEqual(record)),
    ));
  it('path-unavailable', () =>
    fc.assert(
      fc.property(unavailable, (record) => expect(parsePathUnavailable(formatPathUnavailable(record))).toEqual(record)),
    ));
  it('bucket-usage', () =>
    fc.assert(fc.property(usage, (record) => expect(parseBucketUsage(formatBucketUsage(record))).toEqual(record))));
  it('spool-standing', () =>
    fc.assert(fc.property(spool, (record) => expect(parseSpoolStanding(formatSpoolStanding(record))).toEqual(record))));
  it('polled', () =>
    fc.assert(fc.property(polled, (record) => expect(parsePolled(formatPolled(record))).toEqual(record))));
  it('release-progress', () =>
    fc.assert(
      fc.property(progress, (record) => expect(parseReleaseProgress(formatReleaseProgress(record))).toEqual(record)),
    ));
  it('operation', () =>
    fc.assert(
      fc.property(operation, (record) => expect(plain(parseOperation(formatOperation(record)))).toEqual(plain(record))),
    ));
  it('backfill', () =>
    fc.assert(fc.property(backfill, (record) => expect(parseBackfill(formatBackfill(record))).toEqual(record))));
  it('probes', () =>
    fc.assert(fc.property(probes, (record) => expect(parseProbes(formatProbes(record))).toEqual(record))));
  it('scrub', () =>
    fc.assert(fc.property(scrub, (record) => expect(plain(parseScrub(formatScrub(record)))).toEqual(plain(record)))));
  it('withdrawal', () =>
    fc.assert(
      fc.property(withdrawal, (record) => {
        expect(parseWithdrawal(formatWithdrawal(record))).toEqual(record);
        expect(hashOfWithdrawalKey(withdrawalKey(record.hash))).toBe(record.hash);
      }),
    ));
  it('names-going, whatever is damaged in it', () =>
    fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(hash),
        fc.array(fc.constantFrom('../etc', '', ' '.repeat(99))),
        async (going, junk) => {
          const text = formatNamesGoing(going) + junk.join('\n');
          expect(await readNamesGoing(Readable.from([Buffer.from(text)]))).toEqual(new Set(going));
        },
      ),
    ));
  it('staged keys', () => fc.assert(fc.property(hash, (h) => expect(hashOfStagedKey(stagedKey(h))).toBe(h))));
  it('fan-out', () =>
    fc.assert(
      fc.asyncProperty(
        release,
        revision,
        fc.array(fc.record({ path, underWay: fc.boolean() })),
        async (prefix, rev, paths) => {
          const head = { release: prefix, revision: rev, listed: paths.length + 1, tracked: paths.length };
          expect(await readFanOut(formatFanOut(head, paths))).toEqual({ head, paths });
        },
      ),
      { numRuns: 30 },
    ));
});

describe.each(Object.entries(NEW_RECORDS))('a record of the log stream: %s', (_kind, made) => {
  const now = new Date('2026-11-22T11:33:07.123Z');

  it('is one line, and parsed to what was written', () =>
    fc.assert(
      fc.property(made, (record) => {
        const line = formatLogRecord(record, now);
        expect(line).not.toContain('\n');
        expect(line.length).toBeLessThanOrEqual(MOST_LINE_LENGTH);
        const id = expect.stringMatching(/^[0-9a-f-]{36}$/);
        expect(parseLogRecord(line)).toEqual({ v: 1, id, ts: now.toISOString(), ...record });
      }),
    ));

  it('is refused with the field that is damaged or missing, if at all, and by nothing but Malformed', () =>
    fc.assert(
      fc.property(made, fc.nat(), fc.oneof(fc.jsonValue(), fc.constant(undefined)), (record, at, value) => {
        const whole = JSON.parse(formatLogRecord(record, now)) as Record<string, unknown>;
        const field = Object.keys(whole)[at % Object.keys(whole).length] ?? '';
        try {
          expect(parseLogRecord(JSON.stringify({ ...whole, [field]: value }))).toHaveProperty('kind');
        } catch (error) {
          expect(error).toBeInstanceOf(Malformed);
          expect((error as CopycatError).facts.field).toBe(field);
        }
      }),
    ));
});

describe('failureOf', () => {
  /** With an address whose credentials are to go, wherever it stands. */
  const text = fc
    .tuple(
      fc.string({ unit: 'binary', maxLength: 50_000, size: 'max' }),
      fc.constantFrom(
        '',
        ' https://key:SECRET@cache.example/nar/a?X-Amz-Signature=SECRET ',
        '\n_s3://key:p@SECRET@minio:9000/cache\n',
      ),
      fc.string({ maxLength: 50_000, size: 'max' }),
    )
    .map((parts) => parts.join(''));
  const thrown = fc.oneof(
    text,
    text.map((message) => new Error(message)),
    text.map((message) => new Malformed('damaged', {}, new Error(message))),
    fc.tuple(text, text).map(([code, message]) => Object.assign(new Error(message), { code })),
  );

  it('is a record that is taken, and holds no credential, whatever the error says', () => {
    fc.assert(
      fc.property(thrown, (error) => {
        const line = formatLogRecord(failureOf(error, { stage: 'copy', attempt: 1, dead: false }), new Date());
        expect(line.length).toBeLessThanOrEqual(MOST_LINE_LENGTH);
        expect(line).not.toContain('SECRET');
        expect(parseLogRecord(line)).toMatchObject({ kind: 'failure', stage: 'copy', attempt: 1, dead: false });
      }),
      { numRuns: 200 },
    );
  });

  it('cuts no address in half before its credentials are out', () => {
    const { message } = failureOf(new Error(`${'x'.repeat(MOST_MESSAGE - 14)} https://u:SECRET@host/`), {
      stage: 'load',
    });
    expect(message).toHaveLength(MOST_MESSAGE);
    expect(message).not.toMatch(/SEC/);
  });
});

const PARSERS = {
  parseLogRecord,
  parseCopyRequested,
  parseChannelSeen,
  parseChannelPointer,
  parseReleaseManifest,
  parseReleaseRecord,
  parsePathUnavailable,
  parseBucketUsage,
  parseSpoolStanding,
  parsePolled,
  parseProbes,
  parseReleaseProgress,
  parseOperation,
  parseBackfill,
  parseScrub,
  parseWithdrawal,
};

describe.each(Object.entries(PARSERS))('%s', (_name, parse) => {
  it('refuses garbage, and nothing but Malformed comes of it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Malformed);
          expect((error as CopycatError).verdict).toBe('reject');
          expect((error as CopycatError).facts.field).toEqual(expect.any(String));
        }
      }),
    );
  });
});

describe('parseCopyRequested', () => {
  it.each([
    ['', '(all)'],
    ['{', '(all)'],
    ['null', '(all)'],
    ['{"type":"copy-requested"}', 'hash'],
    ['{"type":"copy-requested","hash":"../etc"}', 'hash'],
    ['{"type":"copy-requested","hash":"r8s84s5jn9y9k7l2c8chjgqj14mhrw0d","release":"../x"}', 'release'],
    ['{"type":"load-requested","hash":"r8s84s5jn9y9k7l2c8chjgqj14mhrw0d"}', 'type'],
  ])('names what is wrong with %s', (body, field) => {
    expect(() => parseCopyRequested(body)).toThrow(expect.objectContaining({ verdict: 'reject', facts: { field } }));
  });
});

describe('readFanOut', () => {
  it('refuses a list that lost lines', async () => {
    const head = { release: parseReleasePrefix('nixpkgs/nixpkgs-26.11pre1.a'), revision: '', listed: 2, tracked: 2 };
    const one = [{ path: parseStorePathBaseName('r8s84s5jn9y9k7l2c8chjgqj14mhrw0d-a'), underWay: false }];
    await expect(readFanOut(formatFanOut(head, one))).rejects.toMatchObject({
      code: 'MALFORMED',
      facts: { field: 'tracked' },
    });
  });

  it('refuses a list that was cut', async () => {
    const head = { release: parseReleasePrefix('nixpkgs/nixpkgs-26.11pre1.a'), revision: '', listed: 0, tracked: 0 };
    const chunks = await Array.fromAsync(formatFanOut(head, []));
    const cut = Buffer.concat(chunks).subarray(0, -3);
    await expect(
      readFanOut(
        (async function* () {
          yield cut;
        })(),
      ),
    ).rejects.toThrow();
  });
});

describe('withFindings', () => {
  it('keeps each minute once and in order, whatever comes when', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_439)), (minutes) => {
        const day = minutes.reduce(
          (so, minute, at) => withFindings(so, minute, { bucket: at, clickhouse: null, upstream: 1 }),
          { date: '2026-11-23', minutes: [] } as ReturnType<typeof parseProbes>,
        );
        expect(day.minutes.map(({ minute }) => minute)).toEqual([...new Set(minutes)].sort((a, b) => a - b));
      }),
    );
  });

  it('knows when a minute was', () => {
    expect(timeOfMinute('2026-11-23', 585).toISOString()).toBe('2026-11-23T09:45:00.000Z');
  });
});

describe('hashOfStagedKey', () => {
  it.each([
    'staged/x.narinfo',
    'staged/',
    'other/r8s84s5jn9y9k7l2c8chjgqj14mhrw0d.narinfo',
    'staged/r8s84s5jn9y9k7l2c8chjgqj14mhrw0d',
  ])('passes over %s', (key) => {
    expect(hashOfStagedKey(key)).toBeUndefined();
  });
});

describe('afterAttempt', () => {
  const found = {
    hash: parseStorePathHash('r8s84s5jn9y9k7l2c8chjgqj14mhrw0d'),
    reason: 'missing',
    evidence: '404',
  } as const;
  const HOUR = 3_600_000;

  it('waits three hours, doubling to seven days, and remembers since when', () => {
    let now = new Date('2026-11-23T00:00:00Z');
    let record = afterAttempt(undefined, found, 3 * HOUR, now);
    const waits = [Date.parse(record.next) - now.getTime()];
    for (let i = 0; i < 8; i += 1) {
      now = new Date(record.next);
      record = afterAttempt(record, found, 3 * HOUR, now);
      waits.push(Date.parse(record.next) - now.getTime());
    }
    expect(waits.map((ms) => ms / HOUR)).toEqual([3, 6, 12, 24, 48, 96, 168, 168, 168]);
    expect(record).toMatchObject({ since: '2026-11-23T00:00:00.000Z', attempts: 9 });
  });

  it('asks for a failing path at the same pace for ever: releases wait for it', () => {
    const failing = { ...found, reason: 'failing' } as const;
    let record = afterAttempt(undefined, found, 3 * HOUR, new Date('2026-11-01T00:00:00Z'));
    for (let i = 0; i < 6; i += 1) record = afterAttempt(record, found, 3 * HOUR, new Date(record.next));
    const waits: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      const now = new Date(record.next);
      record = afterAttempt(record, failing, 3 * HOUR, now);
      waits.push((Date.parse(record.next) - now.getTime()) / HOUR);
    }
    expect(waits).toEqual([3, 3, 3, 3, 3]);
    expect(record.attempts).toBe(5);
    expect(afterAttempt(record, found, 3 * HOUR, new Date(record.next)).attempts).toBe(1);
  });
});

describe('isNextDue', () => {
  const now = Date.parse('2026-11-23T00:00:00Z');
  const at = (ms: number) => ({ next: new Date(now + ms).toISOString() });
  const WEEK = 7 * 86_400_000;

  it('is so from then on, and for what no clock that was right has written', () => {
    expect([at(-1), at(0), at(1), at(WEEK), at(WEEK + 1), at(500 * WEEK)].map((one) => isNextDue(one, now))).toEqual([
      ...[true, true, false, false, true, true],
    ]);
  });
});

describe('backfillId', () => {
  it('is that of the store paths it is about, and of no others', () => {
    const [one = '', other = ''] = fc.sample(hash, 2);
    const paths = [one, other].map((text) => parseStorePathHash(text));
    expect(backfillId(paths)).toBe(backfillId([...paths]));
    expect(backfillId(paths)).not.toBe(backfillId(paths.slice(1)));
    expect(backfillId(paths)).toMatch(/^[0-9a-f]{32}$/);
  });
});
