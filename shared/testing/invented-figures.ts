/** Answers of an analytics that never was, for pages to be looked at: the same for the same time, a busy mirror or one of its kind. */
import * as v from 'valibot';
import { stepsOf } from '../../functions/serve/analytics/pages/steps.ts';
import type { Tell, Told, Topic, Untold } from '../../functions/serve/analytics/topic.ts';
import { type OfRange, STEP_OF } from '../../functions/serve/analytics/topics.ts';

export const FIGURES_NOW = new Date('2026-11-22T11:33:07Z');

/** By the names of topics: what is found for what is wanted. */
export type Figures = Readonly<Record<string, (wanted: never) => unknown>>;

export const NAMES =
  'glibc bash openssl curl coreutils python3 systemd gcc linux git binutils perl nodejs llvm sqlite firefox ghc qemu texlive adwaita-icon-theme ncurses zlib readline gnugrep gawk findutils diffutils gnused xz bzip2 pcre2 libxml2 expat libffi gmp mpfr ruby lua nix util-linux dbus libcap kmod acl attr audit pam shadow iproute2 nginx'.split(
    ' ',
  );

/** @param names of packages, the most downloaded first. */
export function inventedFigures(names: readonly string[] = NAMES, now = FIGURES_NOW): Figures {
  const steps = ({ range }: OfRange) => stepsOf(range, now);
  const per = ({ range }: OfRange): number => ({ hour: 1, day: 24, week: 168 })[STEP_OF[range]];
  const days = (range: OfRange['range']) => stepsOf(range, now, 'day');
  const packages = () =>
    names.map((pname, i) => ({
      pname,
      downloads: Math.round(57_670 / (i + 1) ** 0.8),
      bodyBytes: Math.round(2 ** (34 - (i % 9)) / (i + 1)),
    }));
  return {
    headline: () => ({
      ...{ requests: 10_213_334, bodyBytes: 205 * 2 ** 30, lookups: 8_123_456, found: 5_523_950 },
      ...{ p95: 83_000, downloads: 1_402_118, stores: 35_120 },
    }),
    traffic: (wanted: OfRange) =>
      steps(wanted).flatMap(({ key }, i) => {
        const size = per(wanted) * 14_000 * wave(i);
        const share = (result: string, of: number) => ({
          at: key,
          result,
          requests: Math.round(size * of),
          bodyBytes: result === 'miss' ? 0 : Math.round(size * of * 21_000),
        });
        return [
          ...[share('error', i % 9 === 4 ? 0.004 : 0), share('hit', 0.5), share('local', 0.02), share('miss', 0.26)],
          ...[share('not_modified', 0.01), share('redirect', 0.15), share('upstream', i % 11 === 5 ? 0.12 : 0.05)],
        ].filter(({ requests }) => requests > 0);
      }),
    latency: (wanted: OfRange) =>
      steps(wanted).map(({ key }, i) => ({
        at: key,
        requests: Math.round(per(wanted) * 11_000 * wave(i)),
        p50: Math.round(9_800 * wave(i)),
        p95: Math.round((i % 13 === 6 ? 210_000 : 83_000) * wave(i + 3)),
        p99: Math.round((i % 13 === 6 ? 560_000 : 180_000) * wave(i + 5)),
      })),
    'latency-by-route': () => [
      { route: 'narinfo', requests: 8_123_456, p50: 10_500, p95: 83_000, p99: 181_000 },
      { route: 'nar', requests: 1_502_118, p50: 38_000, p95: 812_000, p99: 4_120_000 },
      { route: 'cache_info', requests: 151_118, p50: 310, p95: 900, p99: 2_100 },
    ],
    packages,
    'packages-like': ({ text }: { readonly text: string }) => packages().filter(({ pname }) => pname.includes(text)),
    rising: () =>
      names.slice(0, 12).map((pname, i) => ({
        pname,
        downloads: Math.round(9_000 / (i + 1)),
        before: i === 2 ? 0 : Math.round(9_000 / (i + 1) / (5.1 - i * 0.3)),
      })),
    package: () => ({ day: 1_201, week: 7_512, month: 33_352, rank: 4, packages: 12_480 }),
    'package-days': ({ range }: OfRange) =>
      days(range).flatMap(({ key }, i, { length }) =>
        ['8.1.1', '7.87.0', '7.86.0', '7.84.0', '7.82.0', '7.79.1', '7.8.0', null].map((version, at) => ({
          date: key,
          version,
          downloads: Math.round(1_200 * wave(i) * ageing(i / length, at)),
          bodyBytes: Math.round(1_200 * wave(i) * ageing(i / length, at) * 1_900),
        })),
      ),
    clients: () =>
      [
        'Nix 2.31.2',
        'Nix 2.28.5',
        'Lix 2.93.0',
        'Nix 2.24.14',
        'Snix 0.3',
        'curl 8.1.1',
        'Nix 2.18.1',
        'Tvix ',
        'go 1.1',
        'other ',
      ].map((name, i) => {
        const [client = '', version = ''] = name.split(' ');
        const requests = Math.round(4_911_204 / (i + 1) ** 1.6);
        return { client, version: i === 6 ? null : version, requests, checkins: 10, downloads: requests >> 3 };
      }),
    countries: () =>
      ['DE', 'US', 'FR', 'NL', 'JP', 'BR', 'GB', 'ZZ', 'CH', 'SE'].map((country, i) => ({
        country,
        requests: Math.round(3_112_041 / (i + 1)),
        downloads: Math.round(311_204 / (i + 1)),
        bodyBytes: Math.round(311_204_000 / (i + 1)),
      })),
    sizes: () =>
      Array.from({ length: 24 }, (_, i) => ({
        log2Size: i + 8,
        downloads: Math.round(180_000 * Math.exp(-(((i - 11) / 4.2) ** 2))),
        bodyBytes: Math.round(180_000 * Math.exp(-(((i - 11) / 4.2) ** 2)) * 2 ** (i + 7.6)),
      })).filter(({ downloads }) => downloads > 0),
    stores: (wanted: OfRange) =>
      stepsOf(wanted.range, now, 'week')
        .slice(1, -1)
        .map(({ key }, i) => ({ week: key, checkins: Math.round(34_000 * wave(i / 3) * (0.6 + i / 130)) })),
    copies: (wanted: OfRange) =>
      days(wanted.range).flatMap(({ key }, i) => [
        { date: key, outcome: 'copied', copies: i % 4 === 1 ? 6_100 + 31 * i : 1_900 + (i % 7) * 210, fileBytes: 9e9 },
        { date: key, outcome: 'present', copies: 1_000, fileBytes: 0 },
        ...(i % 6 === 2 ? [{ date: key, outcome: 'failed', copies: 640, fileBytes: 0 }] : []),
        ...(i % 5 === 2 ? [{ date: key, outcome: 'unavailable', copies: 140, fileBytes: 0 }] : []),
      ]),
    failures: () => [
      { stage: 'copy', code: 'UPSTREAM_FAILED', failures: 957, dead: 0, last: '2026-11-21T03:12:45.100Z' },
      { stage: 'copy', code: 'CORRUPT_NAR', failures: 3, dead: 3, last: '2026-11-22T09:40:01.000Z' },
      { stage: 'detect', code: 'UPSTREAM_FAILED', failures: 2, dead: 0, last: '2026-11-19T22:00:03.000Z' },
    ],
    'channel-updates': () =>
      Array.from({ length: 12 }, (_, i) => ({
        at: new Date(now.getTime() - (i + 0.4) * 7 * 3_600_000).toISOString(),
        channel: ['nixos-unstable', 'nixos-26.05-small', 'nixpkgs-unstable'][i % 3] ?? '',
        outcome: ['published', 'detected', 'published', 'failed'][i % 4] ?? '',
        release: i % 4 === 3 ? '' : `nixos/unstable/nixos-26.11pre90${100 - i}.a1b2c3d4e5f6`,
        revision: 'a1b2c3d4e5f6',
        paths: 104_233,
        newPaths: i % 4 === 3 ? 0 : 3_120 * (i + 1),
        unavailable: i,
        durationUs: 8.12e9 + i * 1_200_000_000,
      })),
    'log-delay': () => ({ newest: '2026-11-22T11:32:58.123Z', deliveries: 12, rows: 340_112, unreadable: 0 }),
  };
}

/** Up and down by the week, without chance. */
const wave = (i: number): number => 0.86 + 0.14 * Math.sin((i * 2 * Math.PI) / 7) + 0.05 * Math.sin(i * 1.7);

/** A new version takes over; the one before it fades. */
function ageing(time: number, at: number): number {
  if (at === 0) return time < 0.4 ? 0 : time * 0.6;
  if (at === 1) return time < 0.4 ? 0.5 : 0.8 - time * 0.6;
  return 0.2 / at;
}

/** What a mirror finds that nobody has asked for anything. */
export function emptyFigures(): Figures {
  const nothing = Object.fromEntries(Object.keys(inventedFigures()).map((topic) => [topic, () => []]));
  return {
    ...nothing,
    headline: () => ({ requests: 0, bodyBytes: 0, lookups: 0, found: 0, p95: null, downloads: 0, stores: 0 }),
    package: () => null,
    'log-delay': () => ({ newest: null, deliveries: 0, rows: 0, unreadable: 0 }),
  };
}

/** Only what has the day of `day` in it is left. */
export function figuresOfOneDay(figures: Figures = inventedFigures(), day = FIGURES_NOW): Figures {
  const date = day.toISOString().slice(0, 10);
  const only = (rows: unknown): unknown =>
    Array.isArray(rows) ? rows.filter((row: unknown) => !isDated(row) || JSON.stringify(row).includes(date)) : rows;
  return {
    ...Object.fromEntries(
      Object.entries(figures).map(([topic, find]) => [topic, (wanted: never) => only(find(wanted))]),
    ),
    package: () => ({ day: 0, week: 960, month: 960, rank: 4, packages: 311 }),
    rising: () => [],
    stores: () => [],
  };
}

const isDated = (row: unknown): boolean =>
  typeof row === 'object' && row !== null && ['at', 'date', 'week'].some((name) => name in row);

export interface TellerOptions {
  /** Names of topics, each with why it is not told. */
  readonly untold?: Readonly<Record<string, Untold>>;
  /** All others: since when they are old. */
  readonly staleSince?: Date;
  readonly now?: Date;
}

/** Tells figures at once. What it finds is read by the topic's schema, as if ClickHouse had said it. */
export function tellerOf(figures: Figures, { untold = {}, staleSince, now = FIGURES_NOW }: TellerOptions = {}) {
  const asked: string[] = [];
  const tell: Tell = async <Wanted, Found>({ name, schema }: Topic<Wanted, Found>, wanted: Wanted) => {
    asked.push(name);
    const why = untold[name] ?? untold.all;
    if (why) return why;
    const found = v.parse(schema, figures[name]?.(wanted as never));
    const told: Told<Found> = { found, at: staleSince ?? now, fresh: staleSince === undefined };
    return told;
  };
  return { tell, asked };
}
