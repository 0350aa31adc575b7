import { readable } from '../../events/record.ts';
import { parseReleaseProgress, progressKey } from '../../events/release-progress.ts';
import { getText } from '../../shared/bucket/bucket.ts';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import { BucketFailed } from '../../shared/errors.ts';
import { memoryLog } from '../../shared/log.ts';
import { parseReleasePrefix } from '../../shared/nix/release.ts';
import { createJournal } from '../../shared/testing/journal.ts';
import { pathNamed } from '../../shared/testing/store-objects.ts';
import { createClosureIndex } from './closure-index.ts';
import type { Memory } from './memory.ts';
import type { FollowedRelease } from './releases.ts';
import { createProgressReport } from './report-progress.ts';

const live = AbortSignal.timeout(60_000);
const release = parseReleasePrefix('nixos/unstable/nixos-26.11pre1.aaaaaaaaaaaa');
const paths = ['a', 'b', 'c', 'd'].map(pathNamed);

function underWay() {
  const index = createClosureIndex();
  const followed: FollowedRelease = {
    release,
    revision: '',
    listed: 10,
    pending: new Set(paths.map(({ hash }) => hash)),
    unchecked: [],
    manifest: undefined,
  };
  const unavailable: Memory['unavailable'] = new Map();
  const memory = { index, unavailable, releases: { followed: [followed] } as unknown as Memory['releases'] };
  const clock = { ms: 1_000_000 };
  const log = memoryLog();
  const journal = createJournal();
  const state = memoryBucket();
  const lease = { keep: async (signal: AbortSignal) => signal };
  const report = createProgressReport({
    state: journal.watch('state', state),
    lease,
    log,
    now: () => new Date(clock.ms),
  });
  const record = async () => readable(parseReleaseProgress, await getText(state, progressKey(release)));
  const figures = (): readonly unknown[] => log.lines.map((line) => [line.release, line.store_paths, line.to_come]);
  return { memory, followed, clock, report, figures, record, journal, state, log };
}

describe('createProgressReport', () => {
  it('counts as come what is staged and what is known to be unavailable', async () => {
    const { memory, report, figures } = underWay();
    const [a, b] = paths as [(typeof paths)[0], (typeof paths)[0]];
    memory.index.stage(a.hash, []);
    memory.unavailable.set(b.hash, {} as never);
    await report.tell(memory, live);
    expect(figures()).toEqual([[release, 10, 2]]);
  });

  it('tells what has changed, and not at every tick', async () => {
    const { memory, followed, clock, report, figures } = underWay();
    await report.tell(memory, live);
    followed.pending.clear();
    clock.ms += 1_000;
    await report.tell(memory, live);
    expect(figures()).toEqual([[release, 10, 4]]);
    for (let ticks = 0; ticks < 3; ticks += 1) {
      clock.ms += 2_000;
      await report.tell(memory, live);
    }
    expect(figures()).toEqual([
      [release, 10, 4],
      [release, 10, 0],
    ]);
  });

  it('has nothing to tell of what is settled', async () => {
    const { memory, followed, report, figures } = underWay();
    followed.manifest = { release, revision: '', settledAt: '', listed: 10, unavailable: [] };
    await report.tell(memory, live);
    expect(figures()).toEqual([]);
  });

  it('leaves a record for the status page, as often as the figures change but not every two seconds', async () => {
    const { memory, followed, clock, report, record, journal } = underWay();
    await report.tell(memory, live);
    expect(await record()).toEqual({
      release,
      revision: '',
      listed: 10,
      toCome: 4,
      at: new Date(clock.ms).toISOString(),
    });
    followed.pending.clear();
    clock.ms += 2_000;
    await report.tell(memory, live);
    expect(await record()).toMatchObject({ toCome: 4 });
    for (let ticks = 0; ticks < 10; ticks += 1) {
      clock.ms += 2_000;
      await report.tell(memory, live);
    }
    expect(await record()).toMatchObject({ toCome: 0 });
    expect(journal.writes()).toHaveLength(2);
  });

  it('takes the record away when the release is settled', async () => {
    const { memory, followed, clock, report, record } = underWay();
    await report.tell(memory, live);
    followed.manifest = { release, revision: '', settledAt: '', listed: 10, unavailable: [] };
    clock.ms += 2_000;
    await report.tell(memory, live);
    expect(await record()).toBeUndefined();
  });

  it('fails nothing when the record cannot be written, and tries again', async () => {
    const { memory, report, record, state, log, clock } = underWay();
    const refusing = createProgressReport({
      state: { ...state, put: () => Promise.reject(new BucketFailed('down')) },
      lease: { keep: async (signal) => signal },
      log,
      now: () => new Date(clock.ms),
    });
    await refusing.tell(memory, live);
    expect(log.lines.map(({ event }) => event)).toEqual(['release.progress', 'progress.not-noted']);
    await report.tell(memory, live);
    expect(await record()).toMatchObject({ toCome: 4 });
  });
});
