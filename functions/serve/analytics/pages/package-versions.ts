/** The versions of a package: a colour for each of the newest, the same in the chart and in the table. */
import { type PackageDay, withNewestVersions } from '../../../../shared/analytics/queries/package-days.ts';
import { daysOf, type Range, type RangeName, rangeOf } from '../../../../shared/analytics/queries/range.ts';
import { compareVersions } from '../../../../shared/nix/compare-versions.ts';
import { chartKey, swatch } from '../../../../shared/web/chart/key.ts';
import { numbers, numberTable } from '../../../../shared/web/chart/numbers.ts';
import { stackedBars } from '../../../../shared/web/chart/stacked-bars.ts';
import { html, type Markup } from '../../../../shared/web/markup.ts';
import { nothingYet } from '../../../../shared/web/section.ts';
import { briefly, counted, of, percent, sized } from '../../../../shared/web/words.ts';
import type { Data } from './as-data.ts';
import { byDay, RANGE_WORDS } from './ranges.ts';
import { dailyStepOf, keyOfDay, STEP_HEADING, stepsOf } from './steps.ts';
import { sum, summedBy } from './sum.ts';
import { type Answered, toldSection, type View } from './told-section.ts';

/** Newest first. */
const COLOURS = ['v1', 'v2', 'v3', 'v4', 'v5'];
const OTHERS = 'c0';

export interface OfPackage {
  /** Of its page; the API has it below `/api`. */
  readonly path: string;
  readonly range: RangeName;
  /** Whether there are enough downloads lately for the API to name it. */
  readonly isNamed: boolean;
}

export function versionDaysSection(
  answer: Answered<readonly PackageDay[]>,
  { path, range }: OfPackage,
  view: View,
): Markup {
  const per = dailyStepOf(range);
  const frame = { id: 'days', heading: `Downloads per ${per}` };
  return toldSection(frame, answer, view, (rows, at) => {
    if (rows.length === 0) return { matter: tooFew(range, view) };
    const folded = withNewestVersions(rows, COLOURS.length);
    const counts = summedBy(
      folded,
      ({ date, version }) => `${keyOfDay(date, per)} ${version}`,
      ({ downloads }) => downloads,
    );
    const groups = versionsOf(folded);
    const upwards = groups.toReversed();
    const bars = stepsOf(range, at, per).map(({ key, name, label }) => {
      const parts = upwards.map(({ version }) => counts.get(`${key} ${version}`) ?? 0);
      return { step: name, name: `${name}: ${briefly(sum(parts))}`, label, parts };
    });
    return {
      note: html`<p>The five newest versions, and all others together.${byDay(range)}</p>${chartKey(
        groups.map(({ series, name, downloads }) => ({ series, name, total: briefly(downloads) })),
      )}`,
      matter: html`${stackedBars({
        id: 'c-days',
        title: `${frame.heading}, by version`,
        says: `${groups.map(({ name, downloads }) => `${name}: ${counted(downloads)}`).join(', ')}.`,
        series: upwards.map(({ series }) => series),
        bars,
        format: briefly,
      })}${numbers({
        caption: `${frame.heading}, by version`,
        headings: [STEP_HEADING[per], ...groups.map(({ name }) => name)],
        rows: bars.map(({ step, parts }) => [step, ...parts.toReversed().map(counted)]),
      })}`,
      data: daysOfPackage(path, rangeOf(range, at)),
    };
  });
}

const daysOfPackage = (path: string, range: Range): Data => ({
  path: `/api${path}/daily`,
  query: new URLSearchParams({ ...daysOf(range) }).toString(),
});

export function versionsSection(
  answer: Answered<readonly PackageDay[]>,
  { path, range, isNamed }: OfPackage,
  view: View,
): Markup {
  return toldSection({ id: 'versions', heading: 'Versions' }, answer, view, (rows) => {
    const versions = versionsOf(rows);
    const all = sum(versions.map(({ downloads }) => downloads));
    return {
      note: html`<p>In Nix’s order, newest first. Outputs such as <code class="unbroken">-bin</code>, <code class="unbroken">-dev</code> and <code class="unbroken">-man</code> count with their version.${view.threshold > 1 && ` Versions with fewer than ${of(view.threshold, 'download')} are among the others.`}</p>${isNamed && lately(path)}`,
      matter:
        rows.length === 0
          ? tooFew(range, view)
          : numberTable({
              caption: 'Versions, newest first',
              headings: ['Version', 'Downloads', 'Share', 'Sent'],
              rows: versions.map(({ series, name, downloads, bodyBytes }) => [
                html`${swatch(series)}${name}`,
                counted(downloads),
                percent(downloads, all),
                sized(bodyBytes),
              ]),
            }),
    };
  });
}

const lately = (path: string): Markup =>
  html`<p>Its downloads and rank <a href="/api${path}">as JSON</a>, and <a href="/api/badges${path.slice('/packages'.length)}/downloads">as a badge</a> for shields.io.</p>`;

interface VersionTotal {
  /** Null: all others. */
  readonly version: string | null;
  readonly name: string;
  /** The class that has its colour. */
  readonly series: string;
  readonly downloads: number;
  readonly bodyBytes: number;
}

/** Newest first, and all others last. */
function versionsOf(rows: readonly PackageDay[]): readonly VersionTotal[] {
  const totals = new Map<string | null, Pick<VersionTotal, 'downloads' | 'bodyBytes'>>();
  for (const { version, ...row } of rows) {
    const { downloads = 0, bodyBytes = 0 } = totals.get(version) ?? {};
    totals.set(version, { downloads: downloads + row.downloads, bodyBytes: bodyBytes + row.bodyBytes });
  }
  const versions = [...totals].sort(([a], [b]) => (a === null ? 1 : b === null ? -1 : compareVersions(b, a)));
  return versions.map(([version, total], i) => {
    return {
      version,
      ...(version !== null
        ? { name: version === '' ? 'No version' : version, series: COLOURS[i] ?? OTHERS }
        : i === 0
          ? ALL
          : { name: 'All others', series: OTHERS }),
      ...total,
    };
  });
}

/** Where no version has enough downloads to be named. */
const ALL = { name: 'All versions', series: 'v2' };

const tooFew = (range: RangeName, { threshold }: View): Markup =>
  nothingYet(`${threshold > 1 ? `Fewer than ${threshold} downloads` : 'No download'} in ${RANGE_WORDS[range].long}.`);
