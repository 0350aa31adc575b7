/** What verify found, as a person reads it and as a program does: a line each. */
import type { Finding } from '../../functions/collect/verify/finding.ts';
import type { countMendable, Repaired } from '../../functions/collect/verify/repair.ts';
import type { VerifyFigures } from '../../functions/collect/verify/verify.ts';
import { count, counted, size } from '../figures.ts';
import { printable, printableJson } from '../printable.ts';

const KIND_WIDTH = 18;

/** `nar-rotten         1b2c…-hello-2.12.1  nar/1094….nar.xz: not xz: …` */
export const findingInWords = ({ kind, path, hash, key, evidence }: Finding): string =>
  `${kind.padEnd(KIND_WIDTH)} ${printable(`${path ?? hash ?? ''}  ${key}: ${evidence}`.trimStart())}\n`;

export const findingJson = ({ nar: _, ...finding }: Finding): string => printableJson({ finding });

export function figuresInWords({
  names,
  of,
  nars,
  bytes,
  releases,
  files,
  broken,
  notes,
  withdrawn,
}: VerifyFigures): string {
  const read = nars > 0 ? `, ${counted(nars, 'NAR')} read (${size(bytes)})` : '';
  const looked = of > names ? `${count(names)} of ${counted(of, 'store path')}` : counted(names, 'store path');
  const besides = files > 0 ? ` with ${counted(files, 'file')}` : '';
  return `${looked}, ${counted(releases, 'release')}${besides}${read}: ${count(broken)} broken, ${counted(notes, 'note')}${withdrawn > 0 ? `; ${count(withdrawn)} withdrawn, on their way back` : ''}`;
}

type WouldMend = ReturnType<typeof countMendable>;

export const summaryJson = (
  figures: VerifyFigures,
  repaired: Repaired | undefined,
  wouldMend?: WouldMend | undefined,
): string => printableJson({ summary: figures, ...(repaired && { repaired }), ...(wouldMend && { wouldMend }) });

export function wouldMendInWords({ listings, files, withdrawals, left, refused }: WouldMend): string {
  if (refused !== undefined) return `nothing would be mended: ${refused}\n`;
  const parts = [
    ...(listings > 0 ? [`${counted(listings, 'listing')} made anew`] : []),
    ...(files > 0 ? [`${counted(files, 'file')} of releases fetched again`] : []),
    ...(withdrawals > 0 ? [`${counted(withdrawals, 'finding')} withdrawn with all that refers to it`] : []),
  ];
  const beyond = left > 0 ? `; ${counted(left, 'finding')} left: see --at-most` : '';
  return `would be mended: ${parts.join(', ') || 'nothing'}${beyond}\n`;
}

export function repairedInWords({ listings, files, notFetched, withdrawn, left, refused }: Repaired): string {
  const { outcome, paths, names, nars, wouldGo = 0 } = withdrawn;
  const lines = [
    ...(listings > 0 ? [`${counted(listings, 'listing')} made anew`] : []),
    ...(files > 0 ? [`${counted(files, 'file')} of releases fetched again`] : []),
    ...notFetched.map(({ key, why }) => printable(`${key} could not be fetched again: ${why}`)),
    ...(outcome === 'done'
      ? [
          `withdrawn: ${counted(paths, 'store path')} to be brought anew, ${counted(names, 'name')} and ${counted(nars, 'NAR')} taken away; they return by themselves`,
        ]
      : []),
    ...(outcome === 'no-lease'
      ? ['nothing withdrawn: publish did not give up its lease in time. It is noted, and the next repair does it']
      : []),
    ...(outcome === 'refused'
      ? [
          `nothing withdrawn: ${counted(wouldGo, 'name')} would go. It is noted; repair with --at-most ${wouldGo} when that is right`,
        ]
      : []),
    ...(refused !== undefined ? [`nothing mended: ${refused}`] : []),
    ...(left > 0 ? [`${counted(left, 'finding')} left: see --at-most`] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
