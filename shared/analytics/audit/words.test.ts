import { auditInWords, dayInWords, repairInWords } from './words.ts';

const difference = { table: 'packages_daily', sum: 'downloads', right: 46_466, found: 46_810 };
const exact = { day: '2026-11-21', checkable: true, requests: 333_120, differences: [] };
const wrong = { ...exact, day: '2026-11-22', differences: [difference] };
const gone = { ...exact, day: '2026-01-01', checkable: false, requests: 0 };

describe('an audit in words', () => {
  it('says of a day whether all is equal, and what is not', () => {
    expect(dayInWords(exact)).toBe('2026-11-21  333,120 requests  all equal\n');
    expect(dayInWords(wrong)).toBe(
      '2026-11-22  333,120 requests  not equal\n  packages_daily downloads: 46,810, and should be 46,466\n',
    );
    expect(dayInWords(gone)).toBe('2026-01-01  0 requests  not checkable: requests may be gone\n');
    expect(dayInWords({ ...exact, requests: 0 })).toBe('');
  });

  it('ends with a sentence that does not claim more than was seen', () => {
    expect(auditInWords([exact, exact])).toBe('666,240 requests of 2 days: each counted once, in every table\n');
    expect(auditInWords([exact, wrong])).toBe('666,240 requests of 2 days: 1 of the days not equal: 2026-11-22\n');
    expect(auditInWords([gone, exact])).toBe(
      "333,120 requests of 2 days: each counted once, in every table, but 1 of the days can't be checked any more\n",
    );
  });
});

describe('a repair in words', () => {
  it('says what was done, or would be', () => {
    const done = { day: exact.day, surplus: { requests: 1_200 }, corrected: { sizes_daily: 3 }, audited: exact };
    expect(repairInWords(done, false)).toBe(
      'requests: 1,200 rows were there more than once\nsizes_daily: 3 sums were wrong\n2026-11-21 is exact now\n',
    );
    expect(repairInWords({ ...done, surplus: {}, corrected: {} }, false)).toBe('2026-11-21 is exact\n');
    expect(repairInWords({ ...done, corrected: {}, audited: wrong }, true)).toContain(
      '1,200 rows are there more than once',
    );
    expect(repairInWords({ ...done, audited: wrong }, false)).toContain('not equal');
  });
});
