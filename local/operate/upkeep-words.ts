/** What the scrub and the last collection came to, in two lines for a terminal. */
import { count, counted, size } from '../figures.ts';
import { printable } from '../printable.ts';
import type { StatusReport } from './status-report.ts';

type Scrub = NonNullable<StatusReport['scrub']>;
type Collect = NonNullable<StatusReport['collect']>;

/** Nothing of a mirror that does not tell of it. */
export const upkeepInWords = ({ scrub, collect }: Pick<StatusReport, 'scrub' | 'collect'>): string =>
  [
    scrub === undefined ? '' : `  Scrub       ${scrub === null ? 'not known' : scrubWords(scrub)}\n`,
    collect === undefined ? '' : `  Collection  ${collect === null ? 'not known' : collectWords(collect)}\n`,
  ].join('');

function scrubWords({ last, present }: Scrub): string {
  if (!last && !present) return 'not yet';
  const before = last
    ? `last round ended ${minute(last.ended)}: ${counted(last.names, 'name')}, ${size(last.bytes)} read, ${foundWords(last.found)}`
    : 'no round has ended yet';
  if (!present) return before;
  const share = Math.floor(present.share * 100);
  return `${before}; present round ${share} %, ${counted(present.names, 'name')}, ${foundWords(present.found)}`;
}

function foundWords(found: Readonly<Record<string, number>>): string {
  const kinds = Object.entries(found).filter(([, number]) => number > 0);
  return kinds.length === 0
    ? 'nothing found'
    : kinds.map(([kind, number]) => `${count(number)} ${printable(kind)}`).join(', ');
}

function collectWords({ outcome, last, next, freed }: Collect): string {
  const then = next === null ? '' : `, next ${minute(next)}`;
  if (last === null || outcome === null) return `not yet${then}`;
  const what = freed ? `: ${counted(freed.names, 'name')} and ${size(freed.bytes)} freed` : '';
  return `${printable(outcome)} ${minute(last)}${what}${then}`;
}

const minute = (time: string): string => `${printable(time.slice(0, 16)).replace('T', ' ')} UTC`;
