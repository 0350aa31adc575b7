/** What an export would bring, and what it brought, as a person reads it and as a program does. */
import { count, counted, size } from '../../figures.ts';
import { printable, printableJson } from '../../printable.ts';
import type { ExportFigures } from './export-cache.ts';
import type { ExportPlan, Lacking } from './export-plan.ts';

/** More are counted: `--json` has them all. */
const MOST_LACKING = 20;

export function planInWords({ paths, releases, bytes }: ExportPlan): string {
  const files = releases.size > 0 ? ` and the files of ${[...releases].join(', ')}` : '';
  return `${counted(paths.size, 'store path')} with ${size(bytes)} of NARs${files}`;
}

export const exportedInWords = ({ paths, of, bytes }: ExportFigures): string =>
  `${count(paths)} of ${counted(of, 'store path')} there, ${size(bytes)} written`;

export function lackingInWords(what: string, lacking: readonly Lacking[]): string {
  if (lacking.length === 0) return '';
  const lines = lacking.slice(0, MOST_LACKING).map(({ path, reason }) => `  ${printable(`${path}: ${reason}`)}\n`);
  const more = lacking.length > MOST_LACKING ? `  and ${count(lacking.length - MOST_LACKING)} more\n` : '';
  return `${what}, ${counted(lacking.length, 'store path')}:\n${lines.join('')}${more}`;
}

export interface ExportSummary {
  readonly to: string;
  readonly plan: ExportPlan;
  /** Absent: nothing was to be written. */
  readonly figures?: ExportFigures;
  readonly failed: readonly Lacking[];
}

export const exportJson = ({ to, plan, figures, failed }: ExportSummary): string =>
  printableJson({
    to,
    releases: [...plan.releases],
    paths: plan.paths.size,
    bytes: plan.bytes,
    lacking: plan.lacking,
    ...(figures ? { exported: { paths: figures.paths, bytes: figures.bytes } } : {}),
    failed,
  });
