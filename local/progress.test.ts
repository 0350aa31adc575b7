import type { LogLine } from '../shared/log.ts';
import { createProgress } from './progress.ts';

const release = 'nixos/unstable/nixos-26.11pre1.abc';
const line = (event: string, fields: object): LogLine => ({ time: 'now', level: 'info', event, release, ...fields });
const told = (toCome: number): LogLine => line('release.progress', { store_paths: 100, to_come: toCome });
const copied = line('copy.done', { outcome: 'copied', bytes: 1_000 });

function progressAt() {
  const clock = { ms: 0 };
  return { clock, progress: createProgress(() => clock.ms) };
}

describe('createProgress', () => {
  it('takes up a release that was under way before', () => {
    const { progress } = progressAt();
    progress.add(line('channel.unchanged', { channel: 'nixos-unstable' }));
    progress.add(told(40));
    expect(progress.underWay()).toEqual([
      { release, channel: 'nixos-unstable', listed: 100, done: 60, bytes: 0, bytesPerSecond: 0 },
    ]);
  });

  it('counts what copy brings, and estimates the rest by the pace of it', () => {
    const { progress, clock } = progressAt();
    progress.add(told(40));
    clock.ms = 5_000;
    for (let paths = 0; paths < 10; paths += 1) progress.add(copied);
    expect(progress.underWay()).toMatchObject([{ done: 70, bytes: 10_000, bytesPerSecond: 2_000, leftMs: 15_000 }]);
  });

  it('forgets the pace of long ago', () => {
    const { progress, clock } = progressAt();
    progress.add(told(40));
    progress.add(copied);
    clock.ms = 60_000;
    const [one] = progress.underWay();
    expect(one).toMatchObject({ bytes: 1_000, bytesPerSecond: 0 });
    expect(one).not.toHaveProperty('leftMs');
  });

  it('never goes back when publish counts later than copy brings', () => {
    const { progress } = progressAt();
    progress.add(told(40));
    for (let paths = 0; paths < 5; paths += 1) progress.add(copied);
    progress.add(told(38));
    expect(progress.underWay()).toMatchObject([{ done: 65 }]);
    progress.add(told(10));
    expect(progress.underWay()).toMatchObject([{ done: 90 }]);
  });

  it('counts no more than there is, and nothing of a release that is settled', () => {
    const { progress } = progressAt();
    progress.add(told(1));
    progress.add(copied);
    progress.add(copied);
    expect(progress.underWay()).toMatchObject([{ done: 100 }]);
    progress.add(line('release.settled', { store_paths: 100, unavailable: 0 }));
    progress.add(copied);
    expect(progress.underWay()).toEqual([]);
  });
});
