/** What a collection came to, or would come to, for a person. */
import type { Outcome } from '../functions/collect/collector.ts';
import type { Amount, Counts, PlanReport } from '../functions/collect/report-plan.ts';
import { counted, size } from '../local/figures.ts';

const amount = ({ names, narBytes }: Amount): string => `${counted(names, 'store path')}, ${size(narBytes)}`;

const counts = ({ names, nars, narBytes, others }: Counts): string =>
  `${counted(names, 'name')}, ${counted(nars, 'NAR')} (${size(narBytes)}), ${counted(others, 'other object')}`;

/** @param mostBytes `RETAIN_BYTES` */
export function reportInWords(report: PlanReport, mostBytes: number): string {
  const { staying, young, going, others } = report;
  const lines = [
    ...(report.refused === undefined ? [] : [`Nothing would be taken away: ${report.refused}`, '']),
    `Stays: ${amount(report.live)}`,
    ...(report.live.narBytes > mostBytes
      ? [`  more than RETAIN_BYTES (${size(mostBytes)}), for all of it is needed`]
      : []),
    ...staying
      .filter(({ release, names }) => release || names > 0)
      .map((one) => `  ${one.release ?? 'pinned store paths'} (${one.why}): ${amount(one)}`),
    `  of no release, and young: ${amount(young)}`,
    'Goes:',
    ...going.map(
      (one) => `  ${one.release} (${one.since ? `since ${one.since.slice(0, 10)}` : 'new'}): ${amount(one)}`,
    ),
    `  of no release that is known: ${amount(others)}`,
    `Would be condemned now: ${counts(report.condemned)}`,
    `Condemned, and not for long enough: ${counts(report.waiting)}`,
    `Would be deleted now: ${counts(report.due)}`,
  ];
  return `${lines.join('\n')}\n`;
}

export function outcomeInWords(outcome: Outcome): string {
  if (outcome.outcome === 'not-due') return 'It is not time to.\n';
  const { reason, figures } = outcome;
  if (outcome.outcome === 'refused') return `Nothing was taken away: ${reason}\n`;
  if (!figures) return 'There is more to look at.\n';
  const more = outcome.outcome === 'under-way' ? ' There is more to do.' : '';
  return (
    `${counted(figures.deletedNames, 'name')} and ${counted(figures.deletedNars, 'NAR')} deleted (${size(figures.deletedBytes)}), ` +
    `${counted(figures.retiredReleases, 'release')} retired; ${counted(figures.condemnedNames, 'name')} condemned; ` +
    `${counted(figures.liveNames, 'name')} stay (${size(figures.liveBytes)}).${more}\n`
  );
}
