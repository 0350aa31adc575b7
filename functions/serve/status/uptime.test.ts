import fc from 'fast-check';
import type { ProbedDay } from '../../../events/probe-days.ts';
import { isMeasured, minutesOf, UPTIME_DAYS, uptimeOf, uptimeShare } from './uptime.ts';
import { shareWords, stretchesOf, uptimeStrip } from './uptime-strip.ts';
import { uptimeTable } from './uptime-table.ts';

const NOW = new Date('2026-11-23T11:33:07Z');
const DAY_MS = 86_400_000;
const SO_FAR = 11 * 60 + 33;
const daysAgo = (days: number): string => new Date(NOW.getTime() - days * DAY_MS).toISOString().slice(0, 10);

const NONE = { ok: 0, down: 0 };
const day = (ago: number, ok: number, down = 0): ProbedDay => ({
  date: daysAgo(ago),
  bucket: { ok, down },
  clickhouse: NONE,
  upstream: { ok, down },
});
const whole = (ago: number): ProbedDay => day(ago, ago === 0 ? SO_FAR : 1_440);
const textOf = (markup: unknown): string =>
  String(markup ?? '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/[\s\u202f]+/g, ' ')
    .trim();

/** Days of any kind, each at most as long as it is. */
const someDays = fc.array(fc.tuple(fc.nat(1_440), fc.nat(1_440)), { minLength: 0, maxLength: 100 }).map((pairs) =>
  pairs.map(([one, other], ago) => {
    const most = ago === 0 ? SO_FAR : 1_440;
    return day(ago, Math.min(one, most), Math.min(other, Math.max(0, most - one)));
  }),
);

describe('the days', () => {
  it('are ninety with today, whatever is known, and hold each minute once', () => {
    fc.assert(
      fc.property(someDays, (known) => {
        const { bucket } = uptimeOf(known, NOW);
        expect(bucket.days.map(({ date }) => date)).toEqual(
          Array.from({ length: UPTIME_DAYS }, (_, at) => daysAgo(UPTIME_DAYS - 1 - at)),
        );
        for (const one of bucket.days) {
          if (one.date === bucket.since) continue;
          expect(one.ok + one.down + one.unmeasured).toBe(one.date === daysAgo(0) ? SO_FAR : 1_440);
        }
      }),
    );
  });

  it('that could not be measured before the first probe are no gap', () => {
    const { bucket } = uptimeOf([day(3, 60), whole(1), whole(0)], NOW);
    expect(bucket.since).toBe(daysAgo(3));
    expect(minutesOf(bucket)).toEqual({ ok: 60 + 1_440 + SO_FAR, down: 0, unmeasured: 1_440 });
  });

  it('of tomorrow, or twice, do no harm: a clock may be wrong', () => {
    const { bucket } = uptimeOf([day(-1, 5), day(0, 9), day(0, 10)], NOW);
    expect(bucket.days.at(-1)).toMatchObject({ ok: 10, down: 0 });
  });
});

describe('the share', () => {
  it('is of what was measured, rounded down: all of it is said where nothing was amiss, and only there', () => {
    fc.assert(
      fc.property(someDays, (known) => {
        const { bucket } = uptimeOf(known, NOW);
        const { ok, down } = minutesOf(bucket);
        const share = uptimeShare(bucket);
        if (ok + down === 0) expect(share).toBeUndefined();
        else {
          expect(share === 10_000).toBe(down === 0);
          expect((share ?? 0) / 10_000).toBeLessThanOrEqual(ok / (ok + down));
          expect(((share ?? 0) + 1) / 10_000).toBeGreaterThan(ok / (ok + down));
        }
      }),
    );
  });

  it.each([
    ['a minute in ninety days', [...Array.from({ length: 89 }, (_, ago) => whole(ago)), day(89, 1_439, 1)], '99.99 %'],
    ['nothing', [whole(1), whole(0)], '100 %'],
    ['all of it', [day(1, 0, 1_440)], '0.00 %'],
  ])('of %s that it was offline', (_what, known, words) => {
    expect(textOf(shareWords(uptimeOf(known, NOW).bucket))).toBe(words);
  });
});

describe('the strip', () => {
  it('has each day once and in order; outages alone, and never two that are alike beside each other', () => {
    fc.assert(
      fc.property(someDays, (known) => {
        const { bucket } = uptimeOf(known, NOW);
        const stretches = stretchesOf(bucket.days);
        expect(stretches.flatMap(({ days }) => days)).toEqual(bucket.days);
        for (const [at, { kind, days }] of stretches.entries()) {
          if (kind === 'bad') expect(days).toHaveLength(1);
          else expect(stretches[at - 1]?.kind).not.toBe(kind);
          for (const one of days) {
            expect(one.down > 0).toBe(kind === 'bad');
            expect(isMeasured(one)).toBe(kind !== 'unmeasured');
          }
        }
      }),
    );
  });

  it('is drawn within its frame, and taller the longer it was', () => {
    const heights = [1, 9, 60, 600, 1_440].map((down) => {
      const drawn = String(uptimeStrip('bucket', 'S3 backend', uptimeOf([day(1, 1_440 - down, down)], NOW).bucket));
      return Number(/strip-bad"><rect[^>]* height="([\d.]+)"/.exec(drawn)?.[1]);
    });
    expect(heights).toEqual(heights.toSorted((one, other) => one - other));
    expect(new Set(heights).size).toBe(heights.length);
    expect(heights.at(-1)).toBe(30);
    fc.assert(
      fc.property(someDays, (known) => {
        const drawn = String(uptimeStrip('bucket', 'S3 backend', uptimeOf(known, NOW).bucket));
        for (const [, x, y, width, height] of drawn.matchAll(
          /<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g,
        )) {
          expect(Number(x) + Number(width)).toBeLessThanOrEqual(UPTIME_DAYS);
          expect(Number(width)).toBeGreaterThan(0);
          expect(Number(y) + Number(height)).toBeLessThanOrEqual(30);
        }
      }),
    );
  });

  it('says in words what it shows', () => {
    const known = [whole(0), day(1, 1_430, 10), whole(2), day(4, 1_000, 75)];
    const drawn = String(uptimeStrip('upstream', 'Upstream', uptimeOf(known, NOW).upstream));
    expect(textOf(/<title id="uptime-upstream">.*?<\/title>/.exec(drawn))).toBe(
      'Upstream, last 90 days: 98.17 % online',
    );
    expect(textOf(/<desc.*?<\/desc>/.exec(drawn))).toBe('Offline on 2 days, 1 h 25 min in all; 86 days not measured.');
    expect(drawn).toContain('<title>22\u202fNov: 10\u202fmin offline</title>');
    expect(textOf(/<p class="uptime-share">.*<\/p>/.exec(drawn))).toBe('98.17 % in 5 days');
  });

  it('is there before anything was measured', () => {
    const drawn = String(uptimeStrip('bucket', 'S3 backend', uptimeOf([], NOW).bucket));
    expect(textOf(drawn)).toBe('S3 backend, last 90 days: not measured yet No outage; 90 days not measured. –');
    expect([...drawn.matchAll(/<rect/g)]).toHaveLength(1);
  });
});

describe('the table', () => {
  const wordsOf = (known: readonly ProbedDay[]) => textOf(uptimeTable(uptimeOf(known, NOW)));

  it('is not there where every day was whole, or nothing was measured', () => {
    expect(wordsOf([])).toBe('');
    expect(wordsOf([whole(0), whole(1), day(2, 1_438)])).toBe('');
  });

  it('lists what was offline and what was not measured, the newest first', () => {
    const words = wordsOf([whole(0), day(1, 1_430, 10), day(2, 1_300, 75), whole(3), day(7, 1_424), day(8, 1_440)]);
    expect(words).toBe(
      'Show the days that were not whole Day S3 backend Upstream ' +
        '22 Nov 10 min offline 10 min offline ' +
        '21 Nov 1 h 15 min offline 1 h 5 min not measured 1 h 15 min offline 1 h 5 min not measured ' +
        '17 Nov to 19 Nov not measured not measured ' +
        '16 Nov 16 min not measured 16 min not measured',
    );
  });

  it('tells every outage of what it has room for', () => {
    fc.assert(
      fc.property(someDays, (known) => {
        fc.pre(known.length <= 30);
        const uptime = uptimeOf(known, NOW);
        const drawn = String(uptimeTable(uptime) ?? '');
        const bad = uptime.bucket.days.filter(({ down }) => down > 0);
        // Of the parts, two were probed.
        expect([...drawn.matchAll(/offline/g)]).toHaveLength(2 * bad.length);
      }),
    );
  });
});
