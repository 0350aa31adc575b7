/** The status page in a terminal: the verdict, what an operator should know, the parts, and the channels. */
import { styleText } from 'node:util';
import { count, duration } from '../figures.ts';
import { printable } from '../printable.ts';
import type { ChannelReport, PartReport, StatusReport } from './status-report.ts';
import { type Cell, type Style, table } from './table.ts';
import { upkeepInWords } from './upkeep-words.ts';

const STYLES: Readonly<Record<string, Style>> = {
  online: 'green',
  complete: 'green',
  copying: 'cyan',
  malfunctioning: 'yellow',
  offline: 'red',
};

/** @param styled whether the terminal shows styles */
export function statusInWords(status: StatusReport, styled: boolean): string {
  const verdict = printable(status.state);
  const style = STYLES[verdict];
  const bold = styled && style ? styleText(['bold', style], verdict, { validateStream: false }) : verdict;
  const parts = (
    [
      ['S3 backend', status.bucket],
      ['Records', status.records],
      ['ClickHouse', status.clickhouse],
      ['Upstream', status.upstream],
    ] as const
  ).map(partRow);
  const channels = status.channels.map(channelRow);
  return [
    ...(status.running === false ? ['No mirror runs here. What the last one has left:\n'] : []),
    `The mirror is ${bold}, checked ${printable(status.checked)}.\n`,
    ...status.findings.map(findingLine),
    `\n${table(PARTS, parts, styled)}`,
    upkeepInWords(status),
    channels.length > 0 ? `\n${table(CHANNELS, channels, styled)}` : '\nNo channel is named here yet.\n',
  ].join('');
}

const PARTS = [{ heading: 'part' }, { heading: 'state' }, { heading: '' }];
const CHANNELS = [
  ...['channel', 'state', 'revision'].map((heading) => ({ heading })),
  ...['behind', 'paths'].map((heading) => ({ heading, figure: true })),
  { heading: 'unavailable' },
];

const stated = (state: string): Cell => {
  const [text, style] = [printable(state), STYLES[state.split(' ')[0] ?? '']];
  return style ? { text, style } : text;
};

function partRow([name, { state, latency_ms: ms, code, reason }]: readonly [string, PartReport]): readonly Cell[] {
  const why = code === undefined ? '' : `${code} ${printable(reason ?? '')}`.trim();
  return [
    name,
    stated(state.replace('not-', 'not ')),
    state === 'online' && ms !== undefined ? `${Math.round(ms)} ms` : why,
  ];
}

const SHOWN_DIGITS = 7;

function channelRow({ channel, state, here, copying, behind_seconds: behind }: ChannelReport): readonly Cell[] {
  const share = copying?.listed && copying.to_come !== null ? 1 - copying.to_come / copying.listed : undefined;
  const lacking = Object.entries(here?.unavailable ?? {}).filter(([, number]) => number > 0);
  return [
    printable(channel),
    stated(share === undefined ? state : `${state} ${Math.floor(share * 100)} %`),
    printable(here?.revision ?? '').slice(0, SHOWN_DIGITS) || '–',
    behind === null ? '–' : behind === 0 ? 'current' : duration(behind * 1_000),
    here ? `${count(here.present)} of ${count(here.listed)}` : '–',
    lacking.map(([reason, number]) => `${count(number)} ${printable(reason)}`).join(', '),
  ];
}

const FINDINGS: Readonly<Record<string, string>> = {
  'not-probed': 'publish has not run lately: nothing new becomes visible until it does',
  'not-polled': 'polls are late: the channels have not been looked at when they should have been',
  'polls-failed': 'channels could not be looked at the last time',
  'records-unread': 'records could not be read: what stands here is older, or incomplete',
  'copying-paused': 'copying is paused: there is no room',
  'damage-found': 'the scrub has found damage; what is rot is brought anew by itself',
  'collect-refused': 'collect takes nothing away: copycat collect --dry-run says why',
};

/** With all that is known of it, in its own words. */
function findingLine({ kind, ...facts }: StatusReport['findings'][number]): string {
  const known = Object.entries(facts).filter(([, fact]) => fact !== null);
  const words = known.map(([name, fact]) => `${name} ${factWords(fact)}`).join(', ');
  return `! ${FINDINGS[kind] ?? printable(kind)}${words ? ` (${printable(words)})` : ''}\n`;
}

function factWords(fact: unknown): string {
  if (Array.isArray(fact)) return fact.join(' ');
  if (typeof fact !== 'object' || fact === null) return String(fact);
  return Object.entries(fact)
    .map(([name, value]) => `${String(value)} ${name}`)
    .join(' ');
}
