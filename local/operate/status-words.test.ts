import { stripVTControlCharacters } from 'node:util';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import { parseChannelName } from '../../shared/nix/release.ts';
import { notRunning, parseStatusReport, type StatusReport, statusHere, statusOf } from './status-report.ts';
import { statusInWords } from './status-words.ts';

const online = { state: 'online', latency_ms: 14.2 };
const STATUS = {
  state: 'malfunctioning',
  checked: '2026-11-25T11:33:07.000Z',
  ...{ bucket: online, records: online, upstream: { state: 'unknown', checked: null } },
  clickhouse: { state: 'offline', code: 522, reason: 'connection timed out' },
  channels: [
    {
      ...{ channel: 'nixos-unstable-small', state: 'copying', behind_seconds: 6_420, poll_failed: false },
      here: {
        release: 'a/b-1',
        revision: '77d01be90a2f',
        listed: 40_812,
        present: 40_811,
        unavailable: { missing: 1, blocked: 0 },
      },
      copying: { release: 'a/b-2', revision: '', listed: 40_877, to_come: 2_896 },
    },
    { channel: 'nixos-26.05', state: 'waiting', behind_seconds: null, here: null, copying: null },
  ],
  findings: [
    { kind: 'not-polled', since: '2026-11-25T05:00:00.000Z' },
    { kind: 'polls-failed', channels: ['a', 'b'] },
    { kind: 'of a newer mirror' },
  ],
};
const report = (more: object = {}): StatusReport => parseStatusReport(JSON.stringify({ ...STATUS, ...more }));

describe('a status in words', () => {
  it('says in words what the page says', () => {
    const words = statusInWords(report(), false);
    expect(words).toMatch(/^The mirror is malfunctioning, checked /);
    for (const line of [
      /^ {2}S3 backend +online +14 ms$/m,
      /^ {2}ClickHouse +offline +522 connection timed out$/m,
      /^ {2}Upstream +unknown$/m,
      /^ {2}nixos-unstable-small +copying 92 % +77d01be +1 h 47 min +40,811 of 40,812 +1 missing$/m,
      /^ {2}nixos-26\.05 +waiting +– +– +–$/m,
      /^! polls are late.*\(since 2026-11-25T05:00:00.000Z\)$/m,
      /^! channels could not be looked at the last time \(channels a b\)$/m,
      /^! of a newer mirror$/m,
    ])
      expect(words).toMatch(line);
  });

  it('says what the scrub and collect came to, and nothing of it where a mirror does not tell', () => {
    const round = { names: 98_412, nars: 9, bytes: 2e9, found: { 'nar-rotten': 2, unread: 0 } };
    const words = statusInWords(
      report({
        scrub: {
          last: { ...round, found: {}, ended: '2026-11-20T03:00:00.000Z' },
          present: { ...round, share: 0.469 },
        },
        collect: {
          ...{ outcome: 'refused', last: '2026-11-23T04:00:00.000Z', next: '2026-11-24T04:00:00.000Z' },
          freed: null,
        },
        findings: [{ kind: 'damage-found', since: null, found: { 'nar-rotten': 2 } }],
      }),
      false,
    );
    for (const line of [
      /^ {2}Scrub +last round ended 2026-11-20 03:00 UTC: 98,412 names, 2\.00 GB read, nothing found; present round 46 %, 98,412 names, 2 nar-rotten$/m,
      /^ {2}Collection +refused 2026-11-23 04:00 UTC, next 2026-11-24 04:00 UTC$/m,
      /^! the scrub has found damage.*\(found 2 nar-rotten\)$/m,
    ])
      expect(words).toMatch(line);
    expect(statusInWords(report(), false)).not.toMatch(/Scrub|Collection/);
    const young = report({ scrub: { last: null, present: null }, collect: null });
    expect(statusInWords(young, false)).toMatch(/Scrub +not yet\n +Collection +not known\n/);
  });

  it('says first that no mirror runs here, and next what is wrong', () => {
    const words = statusInWords(notRunning(report({ state: 'online' })), false);
    expect(words).toMatch(/^No mirror runs here\..*\nThe mirror is malfunctioning.*\n! polls are late/);
    expect(notRunning(report({ state: 'offline' })).state).toBe('offline');
  });

  it('says the same in colour', () => {
    const styled = statusInWords(report(), true);
    expect(styled).toContain('\u001b[');
    expect(stripVTControlCharacters(styled).replace(/ +$/gm, '')).toBe(statusInWords(report(), false));
  });

  it('shows a terminal nothing of what another mirror would tell it', () => {
    const evil = '\u009b2J\u202e\u0007';
    const hostile = report({
      ...{ state: evil, checked: evil, bucket: { state: evil, code: 1, reason: evil } },
      channels: [
        {
          ...STATUS.channels[0],
          channel: evil,
          state: evil,
          here: { release: evil, revision: evil, listed: 1, present: 0, unavailable: { [evil]: 1 } },
        },
      ],
      findings: [{ kind: evil, [evil]: evil }],
    });
    for (const character of evil.replace('2J', '')) expect(statusInWords(hostile, false)).not.toContain(character);
  });
});

describe('the status of a mirror', () => {
  it('is read from its records where there is none yet', async () => {
    const config = {
      ...{ BUCKET: 'file:///nowhere', STATE: 'file:///nowhere', CHANNELS: [parseChannelName('nixos-unstable')] },
      ...{ CLICKHOUSE_URL: undefined, MAX_BUCKET_BYTES: undefined, MIN_FREE_BYTES: 0, POLL_INTERVAL: 1_000 },
    };
    const found = await statusHere(config, { bucket: memoryBucket(), state: memoryBucket() });
    expect(found.channels).toMatchObject([{ channel: 'nixos-unstable', state: 'waiting' }]);
    expect(found.clickhouse.state).toBe('not-configured');
  });

  const answering = (status: number, text: string) => ({
    request: async ({ url }: { readonly url: string }) => ({
      ...{ status, url, headers: {} },
      body: (async function* () {
        yield Buffer.from(text);
      })(),
    }),
  });
  const live = AbortSignal.timeout(5_000);

  it('is asked of its API, and kept as it came', async () => {
    const text = JSON.stringify({ ...STATUS, added: { by: 'a newer mirror' } });
    expect(await statusOf('https://mirror', answering(200, text), live)).toMatchObject({
      ...STATUS,
      added: { by: 'a newer mirror' },
    });
  });

  it('is not made up where there is none', async () => {
    await expect(statusOf('https://mirror', answering(404, ''), live)).rejects.toThrow('/api/status: answered 404');
    await expect(statusOf('https://mirror', answering(200, '<html>'), live)).rejects.toThrow(
      'not the status of a mirror',
    );
    await expect(statusOf('https://mirror', answering(200, '{"state":"online"}'), live)).rejects.toThrow(
      'not the status of a mirror',
    );
  });
});
