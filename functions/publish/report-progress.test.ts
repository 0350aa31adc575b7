import { memoryLog } from '../../shared/log.ts';
import { parseReleasePrefix } from '../../shared/nix/release.ts';
import { pathNamed } from '../../shared/testing/store-objects.ts';
import { createClosureIndex } from './closure-index.ts';
import type { Memory } from './memory.ts';
import type { FollowedRelease } from './releases.ts';
import { createProgressReport } from './report-progress.ts';

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
  const report = createProgressReport({ log, now: () => new Date(clock.ms) });
  const figures = (): readonly unknown[] => log.lines.map((line) => [line.release, line.store_paths, line.to_come]);
  return { memory, followed, clock, report, figures };
}

describe('createProgressReport', () => {
  it('counts as come what is staged and what is known to be unavailable', () => {
    const { memory, report, figures } = underWay();
    const [a, b] = paths as [(typeof paths)[0], (typeof paths)[0]];
    memory.index.stage(a.hash, []);
    memory.unavailable.set(b.hash, {} as never);
    report.tell(memory);
    expect(figures()).toEqual([[release, 10, 2]]);
  });

  it('tells what has changed, and not at every tick', () => {
    const { memory, followed, clock, report, figures } = underWay();
    report.tell(memory);
    followed.pending.clear();
    clock.ms += 1_000;
    report.tell(memory);
    expect(figures()).toEqual([[release, 10, 4]]);
    for (let ticks = 0; ticks < 3; ticks += 1) {
      clock.ms += 2_000;
      report.tell(memory);
    }
    expect(figures()).toEqual([
      [release, 10, 4],
      [release, 10, 0],
    ]);
  });

  it('has nothing to tell of what is settled', () => {
    const { memory, followed, report, figures } = underWay();
    followed.manifest = { release, revision: '', settledAt: '', listed: 10, unavailable: [] };
    report.tell(memory);
    expect(figures()).toEqual([]);
  });
});
