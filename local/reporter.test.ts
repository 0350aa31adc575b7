import { stripVTControlCharacters } from 'node:util';
import { jest } from '@jest/globals';
import type { LogLine } from '../shared/log.ts';
import { createReporter } from './reporter.ts';
import { plainScreen } from './screen.ts';

function report(lines: readonly Partial<LogLine>[], color = false): string {
  let text = '';
  const reporter = createReporter({
    screen: {
      ...plainScreen((more) => {
        text += more;
      }),
      color,
    },
  });
  for (const line of lines) reporter.line({ time: 'now', level: 'info', event: 'none', ...line });
  reporter.end();
  return text;
}

describe('createReporter', () => {
  it('says what each stage did, stage first', () => {
    const text = report([
      {
        function: 'detect',
        event: 'release.detected',
        channel: 'nixos-unstable',
        release: 'nixos/unstable/nixos-26.11pre1.abc',
        store_paths: 150_000,
        to_copy: 1204,
      },
      { function: 'publish', event: 'narinfos.published', count: 1 },
      {
        function: 'publish',
        event: 'release.settled',
        release: 'nixos/unstable/nixos-26.11pre1.abc',
        store_paths: 150_000,
        unavailable: 2,
      },
      {
        function: 'publish',
        event: 'channel.moved',
        channel: 'nixos-unstable',
        release: 'nixos/unstable/nixos-26.11pre1.abc',
      },
      { function: 'collect', event: 'collect.done', deleted: 0, deleted_nars: 0, deleted_bytes: 0 },
      { function: 'collect', event: 'collect.done', deleted: 3100, deleted_nars: 1, deleted_bytes: 2_500 },
    ]);
    expect(text).toBe(
      `${[
        'detect   nixos-unstable: nixos/unstable/nixos-26.11pre1.abc, 150,000 store paths, 1,204 to copy',
        'publish  1 narinfo visible',
        'publish  nixos/unstable/nixos-26.11pre1.abc: settled, 150,000 store paths, 2 unavailable',
        'publish  nixos-unstable: now at nixos/unstable/nixos-26.11pre1.abc',
        'collect  3,100 names and 1 NAR deleted, 2.50 kB',
      ].join('\n')}\n`,
    );
  });

  it('sums copies up', () => {
    const copied = { function: 'copy', event: 'copy.done', outcome: 'copied', bytes: 1_500_000 };
    const text = report([copied, copied, { ...copied, outcome: 'present' }]);
    expect(text).toBe('copy     2 store paths copied, 3.00 MB, 3.00 MB/s\n');
  });

  it('says once that a channel has not moved', () => {
    const unchanged = (channel: string) => ({ function: 'detect', event: 'channel.unchanged', channel, release: 'r' });
    const text = report([unchanged('a'), unchanged('b'), unchanged('a'), { ...unchanged('a'), release: 's' }]);
    expect(text).toBe('detect   a: unchanged, r\ndetect   b: unchanged, r\ndetect   a: unchanged, s\n');
  });

  it('leaves copies to the progress of their release while it is under way', () => {
    const release = 'nixos/unstable/nixos-26.11pre1.abc';
    const copied = { function: 'copy', event: 'copy.done', outcome: 'copied', bytes: 1_500_000, release };
    const progress = { function: 'publish', event: 'release.progress', release, store_paths: 9, to_come: 4 };
    jest.useFakeTimers();
    try {
      const lines: string[] = [];
      const reporter = createReporter({ screen: plainScreen((text) => lines.push(text)) });
      for (const line of [progress, copied]) reporter.line({ time: 'now', level: 'info', ...line });
      jest.advanceTimersByTime(6_000);
      expect(lines).toEqual([`copy     ${release}: 6 of 9 store paths, 1.50 MB, 300.0 kB/s, about 15 s left\n`]);
      reporter.end();
      expect(lines.at(-1)).toMatch(/^copy {5}1 store path copied, 1\.50 MB/);
    } finally {
      jest.useRealTimers();
    }
  });

  it('shows a warning with its code and message once, and counts its like', () => {
    const warning = (code: string, message: string) => ({
      function: 'copy',
      level: 'warn' as const,
      event: 'message.not-done',
      error: { code, message },
    });
    const text = report([
      warning('UPSTREAM_FAILED', 'a: 503'),
      warning('UPSTREAM_FAILED', 'b: 503'),
      warning('BUCKET_FAILED', 'full'),
    ]);
    expect(text).toBe(
      `${[
        'copy     message.not-done UPSTREAM_FAILED a: 503',
        'copy     message.not-done BUCKET_FAILED full',
        'copy     message.not-done UPSTREAM_FAILED (1 more of these)',
      ].join('\n')}\n`,
    );
  });

  it('lists services that can not be used at start, and says no more of them until that is over', () => {
    const services = [
      { setting: 'BUCKET', message: "s3://cache can't be used (put): ECONNREFUSED", bucket: 's3://cache' },
      { setting: 'CLICKHOUSE_URL', message: "http://clickhouse:8123 can't be used: ECONNREFUSED" },
    ];
    const paused = { function: 'copy', level: 'warn' as const, event: 'copy.paused', bucket: 's3://cache' };
    const text = report([
      { function: 'runtime', level: 'warn', event: 'services.failed', services },
      paused,
      { ...paused, level: 'info', event: 'copy.resumed' },
    ]);
    expect(text).toBe(
      `${[
        'runtime  services.failed BUCKET, CLICKHOUSE_URL',
        "         BUCKET: s3://cache can't be used (put): ECONNREFUSED",
        "         CLICKHOUSE_URL: http://clickhouse:8123 can't be used: ECONNREFUSED",
        'copy     s3://cache can be used again',
      ].join('\n')}\n`,
    );
  });

  it('sums up what the log stream lost, whoever lost it, by its cause', () => {
    const lost = (name: string, count: number, code = 'ENOSPC') => ({
      function: name,
      level: 'warn' as const,
      event: 'records.lost',
      count,
      error: { code, verdict: 'retry', message: `${code}: no space left on device, write` },
    });
    const copied = { function: 'copy', event: 'copy.done', outcome: 'copied', bytes: 1_000 };
    const dropped = { function: 'runtime', level: 'warn' as const, event: 'records.dropped', segments: 2, count: 700 };
    expect(
      report([
        lost('copy', 1_200),
        copied,
        dropped,
        dropped,
        lost('serve', 40),
        lost('copy', 0, 'EACCES'),
        lost('detect', 1),
      ]),
    ).toBe(
      `${[
        'copy     1 store path copied, 1.00 kB, 1.00 kB/s',
        'runtime  1,241 records of the log stream lost: ENOSPC: no space left on device, write',
        'runtime  1,400 records of the log stream lost: the spool holds SPOOL_BYTES',
        'runtime  the log stream waits: EACCES: no space left on device, write',
      ].join('\n')}\n`,
    );
  });

  it('says every five seconds what more the log stream lost, and nothing when it loses nothing more', () => {
    jest.useFakeTimers();
    try {
      const lines: string[] = [];
      const reporter = createReporter({ screen: plainScreen((text) => lines.push(text)) });
      const lost = { time: 'now', level: 'warn', event: 'records.lost', count: 2, error: { code: 'X', message: 'x' } };
      for (let second = 0; second < 10; second += 1) {
        reporter.line(lost as LogLine);
        jest.advanceTimersByTime(1_000);
      }
      jest.advanceTimersByTime(30_000);
      reporter.end();
      expect(lines).toEqual(Array(2).fill('runtime  10 records of the log stream lost: x\n'));
    } finally {
      jest.useRealTimers();
    }
  });

  it('counts no trouble of one bucket as that of another', () => {
    const failed = (bucket: string) => ({
      function: 'detect',
      level: 'error' as const,
      event: 'channel.failed',
      error: { code: 'BUCKET_FAILED', message: `${bucket} did not answer`, facts: { bucket } },
    });
    expect(
      report([failed('s3://cache'), failed('s3://state')])
        .split('\n')
        .slice(0, 2),
    ).toEqual([
      'detect   channel.failed BUCKET_FAILED s3://cache did not answer',
      'detect   channel.failed BUCKET_FAILED s3://state did not answer',
    ]);
  });

  it('shows what is unavailable by its reason', () => {
    const text = report([
      {
        function: 'copy',
        level: 'warn',
        event: 'copy.unavailable',
        reason: 'corrupt',
        message: 'nar/x is not what its narinfo says',
      },
    ]);
    expect(text).toBe('copy     copy.unavailable corrupt nar/x is not what its narinfo says\n');
  });

  it('shows who debugs what happens, but not that a second has passed', () => {
    const debug = { function: 'publish', level: 'debug' as const };
    const tick = { ...debug, event: 'publish.done', outcome: 'ticked' };
    expect(report([tick, { ...debug, event: 'bucket.looked' }, tick])).toBe('publish  bucket.looked\n');
  });

  it('lets nothing that upstream said steer the terminal', () => {
    const text = report([{ function: 'copy', event: 'output', message: '\u001b[2Jgone\r\u202eevil' }]);
    expect(text).toBe('copy      [2Jgone evil\n');
  });

  it('uses colour only where it may', () => {
    const lines = [
      { function: 'serve', level: 'error' as const, event: 'health.bucket', error: { code: 'X', message: 'y' } },
    ];
    expect(report(lines)).toBe(stripVTControlCharacters(report(lines, true)));
  });
});
