import fc from 'fast-check';
import { type PackageDay, withNewestVersions } from './package-days.ts';

const row = fc.record({
  date: fc.constantFrom('2026-11-20', '2026-11-21', '2026-11-22'),
  version: fc.constantFrom('2.9', '2.10', '2.10pre1', '2.31.2', '', null),
  downloads: fc.nat(100),
  bodyBytes: fc.nat(1_000),
});
const sum = (rows: readonly PackageDay[]): number => rows.reduce((total, { downloads }) => total + downloads, 0);

describe('withNewestVersions', () => {
  it('tells the newest apart by their numbers, and takes all others together', () => {
    const one = (version: string | null, downloads: number) => ({
      date: '2026-11-22',
      version,
      downloads,
      bodyBytes: 1,
    });
    expect(withNewestVersions([one('2.9', 1), one('2.10', 2), one('2.8', 4), one(null, 8)], 2)).toEqual([
      one('2.9', 1),
      one('2.10', 2),
      { ...one(null, 12), bodyBytes: 2 },
    ]);
  });

  it('neither loses nor adds a download, and has each day and version once', () => {
    fc.assert(
      fc.property(fc.array(row), fc.nat(4), (rows, most) => {
        const folded = withNewestVersions(rows, most);
        expect(sum(folded)).toBe(sum(rows));
        const versions = new Set(folded.map(({ version }) => version));
        versions.delete(null);
        expect(versions.size).toBeLessThanOrEqual(most);
        expect(new Set(folded.map(({ date, version }) => JSON.stringify([date, version]))).size).toBe(folded.length);
      }),
    );
  });
});
