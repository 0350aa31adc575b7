/** What the queues hold, as a person reads it, and as JSON. */
import { count, counted, duration } from '../figures.ts';
import { printable } from '../printable.ts';
import type { QueueFigures, QueueReport } from './queue-report.ts';
import type { ReasonGroup } from './reason-groups.ts';
import { table } from './table.ts';

const COLUMNS = [
  { heading: 'stage' },
  ...['waiting', 'in flight', 'delayed', 'dead'].map((heading) => ({ heading, figure: true })),
  { heading: 'oldest dead' },
];
/** Reasons of a stage that are shown. */
const MOST_REASONS = 12;
const REASON_WIDTH = 160;

export function queuesInWords({ at, queues }: QueueReport, bold: boolean): string {
  const rows = queues.map(({ stage, waiting, inFlight, delayed, dead }) => [
    stage,
    ...[waiting, inFlight, delayed].map(count),
    dead ? count(dead.count) : '–',
    dead?.oldest ? `${duration(at.getTime() - dead.oldest.getTime())} ago` : '',
  ]);
  const died = queues.map((figures) => reasonsInWords(figures, at)).join('');
  return table(COLUMNS, rows, bold) + died;
}

function reasonsInWords({ stage, dead }: QueueFigures, at: Date): string {
  if (!dead || dead.reasons.length === 0) return '';
  const all = dead.looked === dead.count ? '' : `, of the ${count(dead.looked)} that were looked at`;
  const shown = dead.reasons.slice(0, MOST_REASONS).map((group) => groupInWords(group, at));
  const more = dead.reasons.length - shown.length;
  const rest = more > 0 ? `  ${counted(more, 'more reason')}; --json has all\n` : '';
  return `\nWhat ${stage}'s dead letters died of${all}:\n${shown.join('')}${rest}`;
}

function groupInWords({ code, reason, count: number, newest, example }: ReasonGroup, at: Date): string {
  const when = `${duration(Math.max(0, at.getTime() - newest.getTime()))} ago`;
  const such = example === undefined ? '' : `, ${example}`;
  return `  ${count(number).padStart(6)}  ${short(code, 64)}: ${short(reason, REASON_WIDTH)} (last ${when}${such})\n`;
}

const short = (text: string, most: number): string => {
  const clean = printable(text);
  return clean.length > most ? `${clean.slice(0, most - 1)}…` : clean;
};

export const queuesJson = ({ at, queues }: QueueReport) => ({
  at: at.toISOString(),
  queues: queues.map(({ stage, queue, waiting, inFlight, delayed, dead }) => ({
    stage,
    queue,
    waiting,
    inFlight,
    delayed,
    dead: dead?.count ?? null,
    oldestSeconds: dead?.oldest ? Math.round((at.getTime() - dead.oldest.getTime()) / 1_000) : null,
    looked: dead?.looked ?? 0,
    reasons: (dead?.reasons ?? []).map(({ newest, example, ...group }) => ({
      ...group,
      newest: newest.toISOString(),
      example: example ?? null,
    })),
  })),
});
