/** Every message and record: what is formatted is parsed to the same, and garbage is refused with the field that is wrong. */
import fc from 'fast-check';
import { type CopycatError, Malformed } from '../shared/errors.ts';
import { encodeNix32 } from '../shared/nix/nix32.ts';
import { parseChannelName, parseReleasePrefix } from '../shared/nix/release.ts';
import { parseStorePathBaseName, parseStorePathHash } from '../shared/nix/store-path.ts';
import { formatBucketUsage, parseBucketUsage } from './bucket-usage.ts';
import { formatChannelPointer, parseChannelPointer } from './channel-pointer.ts';
import { formatChannelSeen, parseChannelSeen } from './channel-seen.ts';
import { formatCopyRequested, parseCopyRequested } from './copy-requested.ts';
import { formatFanOut, readFanOut } from './fan-out.ts';
import { afterAttempt, formatPathUnavailable, parsePathUnavailable, REASONS } from './path-unavailable.ts';
import { formatPolled, parsePolled } from './polled.ts';
import { formatProbes, parseProbes, timeOfMinute, withFindings } from './probes.ts';
import { formatReleaseManifest, MANIFEST_REASONS, parseReleaseManifest } from './release-manifest.ts';
import { formatReleaseProgress, parseReleaseProgress } from './release-progress.ts';
import { formatReleaseRecord, parseReleaseRecord } from './release-record.ts';
import { formatScrub, parseScrub } from './scrub.ts';
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
      { release, seenAt: time, fannedOut: fc.boolean(), imageRuns: fc.nat() },
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
  it('polled', () =>
    fc.assert(fc.property(polled, (record) => expect(parsePolled(formatPolled(record))).toEqual(record))));
  it('release-progress', () =>
    fc.assert(
      fc.property(progress, (record) => expect(parseReleaseProgress(formatReleaseProgress(record))).toEqual(record)),
    ));
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

const PARSERS = {
  parseCopyRequested,
  parseChannelSeen,
  parseChannelPointer,
  parseReleaseManifest,
  parseReleaseRecord,
  parsePathUnavailable,
  parseBucketUsage,
  parsePolled,
  parseProbes,
  parseReleaseProgress,
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
