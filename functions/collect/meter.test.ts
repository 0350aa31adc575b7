import { memoryMetrics } from '../../shared/metrics.ts';
import { meterRun, meterScrub } from './meter.ts';

const figures = {
  ...{ names: 9, liveNames: 5, liveBytes: 50, condemnedNames: 4, condemnedNars: 4, condemnedBytes: 40 },
  ...{ deletedNames: 2, deletedNars: 1, deletedBytes: 10, deletedObjects: 7, retiredReleases: 1 },
};

describe('meterRun', () => {
  it('says what went and what stays, and whether it refused', () => {
    const metrics = memoryMetrics();
    meterRun({ outcome: 'collected', figures }, metrics);
    meterRun({ outcome: 'refused', reason: 'a pointer is unreadable' }, metrics);
    expect(metrics.said).toMatchObject([
      { Refused: 0, NamesDeleted: 2, NarsDeleted: 1, BytesDeleted: 10, NamesCondemned: 4, BytesLive: 50 },
      { Refused: 1 },
    ]);
  });

  it('says nothing of a run that was not due', () => {
    const metrics = memoryMetrics();
    meterRun({ outcome: 'not-due' }, metrics);
    expect(metrics.said).toEqual([]);
  });
});

describe('meterScrub', () => {
  const withdrawn = { paths: 0, names: 0, nars: 0, releases: 0 };

  it('says that more would have to go than goes without a person', () => {
    const metrics = memoryMetrics();
    meterScrub({ outcome: 'waiting', withdrawn: { ...withdrawn, outcome: 'refused', wouldGo: 203 } }, metrics);
    expect(metrics.said).toMatchObject([{ WithdrawalsRefused: 1 }]);
  });

  it('says nothing of one that did its work, or had none', () => {
    const metrics = memoryMetrics();
    meterScrub({ outcome: 'round-over' }, metrics);
    meterScrub({ outcome: 'under-way', withdrawn: { ...withdrawn, outcome: 'done' } }, metrics);
    expect(metrics.said).toEqual([]);
  });
});
