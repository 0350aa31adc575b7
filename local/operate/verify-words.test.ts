import type { Finding } from '../../functions/collect/verify/finding.ts';
import { countMendable } from '../../functions/collect/verify/repair.ts';
import { noFigures } from '../../functions/collect/verify/verify.ts';
import { pathNamed } from '../../shared/testing/store-objects.ts';
import {
  figuresInWords,
  findingInWords,
  findingJson,
  repairedInWords,
  summaryJson,
  wouldMendInWords,
} from './verify-words.ts';

const { hash } = pathNamed('hello');
const finding: Finding = {
  kind: 'nar-rotten',
  key: 'nar/x.nar.xz',
  hash,
  path: `${hash}-hello`,
  evidence: 'not xz:\n\x1b[31mred',
  nar: { key: 'nar/x.nar.xz', etag: '"1"' },
};
const withdrawn = { outcome: 'done', paths: 1, names: 1_204, nars: 1, releases: 1 } as const;

const NOT_WITHDRAWN = { ...withdrawn, outcome: 'nothing' } as const;

describe('verify in words', () => {
  it('is a line for each finding, in which nobody can tell the terminal what to do', () => {
    expect(findingInWords(finding)).toBe(`nar-rotten         ${hash}-hello  nar/x.nar.xz: not xz: [31mred\n`);
    expect(findingInWords({ kind: 'nar-orphan', key: 'nar/y', evidence: 'no narinfo names it' })).toBe(
      'nar-orphan         nar/y: no narinfo names it\n',
    );
    const { nar: _, ...told } = finding;
    expect(JSON.parse(findingJson(finding))).toEqual({ finding: told });
    expect(findingJson(finding).match(/\n/g)).toHaveLength(1);
  });

  it('says how far it has come, and what it came to', () => {
    const figures = { ...noFigures(), names: 12, of: 98_412, releases: 1 };
    expect(figuresInWords(figures)).toBe('12 of 98,412 store paths, 1 release: 0 broken, 0 notes');
    expect(figuresInWords({ ...figures, names: 98_412, nars: 2, bytes: 1_500_000, broken: 1, notes: 1 })).toBe(
      '98,412 store paths, 1 release, 2 NARs read (1.50 MB): 1 broken, 1 note',
    );
    expect(figuresInWords({ ...figures, withdrawn: 121 })).toMatch(/0 notes; 121 withdrawn, on their way back$/);
    expect(JSON.parse(summaryJson(figures, undefined))).toEqual({ summary: figures });
  });

  it('says what a repair would mend', () => {
    const findings = [
      finding,
      { ...finding, kind: 'listing-missing' as const },
      { ...finding, kind: 'unread' as const },
    ];
    expect(wouldMendInWords(countMendable(findings, { atMost: 100, looked: 100 }))).toBe(
      'would be mended: 1 listing made anew, 1 finding withdrawn with all that refers to it\n',
    );
    expect(wouldMendInWords(countMendable(findings, { atMost: 1, looked: 100 }))).toMatch(
      /^would be mended: 1 finding withdrawn.*; 1 finding left/,
    );
    const { wouldMend } = JSON.parse(
      summaryJson(noFigures(), undefined, countMendable(findings, { atMost: 1, looked: 100 })),
    ) as {
      wouldMend: unknown;
    };
    expect(wouldMend).toEqual({ listings: 0, files: 0, withdrawals: 1, left: 1 });
    const file = { kind: 'file-missing', key: 'releases/a/b', evidence: 'gone' } as const;
    expect(wouldMendInWords(countMendable([file], { atMost: 1, looked: 100 }))).toBe(
      'would be mended: 1 file of releases fetched again\n',
    );
    expect(wouldMendInWords(countMendable([], { atMost: 1, looked: 100 }))).toBe('would be mended: nothing\n');
    const unlabelled = Array.from({ length: 20 }, (_, n) => ({
      ...file,
      key: `nar/${n}`,
      kind: 'nar-mislabelled' as const,
    }));
    expect(wouldMendInWords(countMendable(unlabelled, { atMost: 100, looked: 30 }))).toMatch(
      /^nothing would be mended: .* copied whole\n$/,
    );
  });

  it.each([
    [{ listings: 0, withdrawn: { ...withdrawn, outcome: 'nothing' }, left: 0 }, /^$/],
    [{ listings: 2, withdrawn, left: 0 }, /^2 listings made anew\nwithdrawn: 1 store path .* 1,204 names and 1 NAR/],
    [
      { listings: 0, withdrawn: { ...withdrawn, outcome: 'refused', wouldGo: 1_204 }, left: 0 },
      /1,204 names would go.*--at-most 1204/,
    ],
    [
      { listings: 0, withdrawn: { ...withdrawn, outcome: 'nothing' }, left: 3, refused: 'a wrong key' },
      /^nothing mended: a wrong key\n3 findings left/,
    ],
    [{ listings: 0, withdrawn: { ...withdrawn, outcome: 'no-lease' }, left: 3 }, /did not give up.*\n3 findings left/],
    [
      { ...{ listings: 0, files: 1, left: 0 }, notFetched: [{ key: 'a\x1b', why: 'b' }], withdrawn: NOT_WITHDRAWN },
      /^1 file of releases fetched again\na +could not be fetched again: b\n$/,
    ],
  ] as const)('says what was done: %j', (repaired, expected) => {
    expect(repairedInWords({ files: 0, notFetched: [], ...repaired })).toMatch(expected);
  });
});
