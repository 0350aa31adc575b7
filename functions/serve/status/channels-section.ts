/** Where upstream's channels stand, and where ours do. */
import { aside, type Column, figureTable } from '../../../shared/web/figure-table.ts';
import { html, type Markup, type Part } from '../../../shared/web/markup.ts';
import { floorPercent, meter } from '../../../shared/web/meter.ts';
import { nothingYet, section } from '../../../shared/web/section.ts';
import { stateMark } from '../../../shared/web/state-mark.ts';
import { counted, lasting, moment, sized } from '../../../shared/web/words.ts';
import type { ChannelStanding, Finding, Polls, Status } from './status.ts';

const COLUMNS: readonly Column[] = [
  { heading: 'Channel' },
  { heading: 'State' },
  { heading: 'Revision' },
  { heading: 'Behind', label: 'Behind upstream', figure: true },
  { heading: 'Paths', figure: true },
  { heading: 'Unavailable', figure: true },
];

export function channelsSection({ channels, polls, findings }: Status, now: Date): Markup {
  const rows = channels.map((channel) => [
    html`${channel.channel}${channel.here && aside(html`moved ${lasting(now.getTime() - channel.here.movedAt.getTime())} ago`)}`,
    stateOf(channel),
    revisions(channel),
    behind(channel),
    paths(channel),
    unavailable(channel),
  ]);
  const caption = 'Channels: where they stand here and upstream';
  return section(
    {
      id: 'channels',
      heading: 'Channels',
      note: html`<p>Where upstream’s channels stand, and where ours do. Polled ${everyWords(polls.everyMs)}.</p><p>${pollTimes(polls, channels, now)}</p>`,
    },
    [
      rows.length > 0
        ? figureTable({ caption, columns: COLUMNS, rows, cards: true })
        : nothingYet('No channel is named here yet. Once one is, it appears with its first release.'),
      findings.map((finding) => findingWords(finding, now)),
      explanation(channels),
    ],
  );
}

function stateOf({ state, copying }: ChannelStanding): Part {
  if (state === 'complete') return stateMark('good', 'complete');
  if (state === 'unknown') return stateMark('calm', 'not known');
  if (state === 'waiting') return stateMark('calm', 'not seen yet');
  const { counted: figures } = copying ?? {};
  if (!figures) return stateMark('busy', 'copying');
  const share = figures.listed > 0 ? 1 - figures.toCome / figures.listed : 0;
  return html`${stateMark('busy', `copying ${floorPercent(share)} %`)}${meter(share, 'copied')}`;
}

const SHOWN_DIGITS = 7;
const short = (revision: string): Markup | string =>
  revision === '' ? '–' : html`<code title="${revision}">${revision.slice(0, SHOWN_DIGITS)}</code>`;

/** Ours, and upstream's where it is another one. */
function revisions({ here, upstream }: ChannelStanding): Part {
  const differs = upstream && upstream.release !== here?.release;
  return html`${here ? short(here.revision) : '–'}${differs && aside(html`upstream ${short(upstream.revision)}`)}`;
}

function behind({ behindMs, here }: ChannelStanding): Part {
  if (behindMs === undefined) return here ? 'not known' : '–';
  return behindMs === 0 ? 'current' : lasting(behindMs);
}

/** What is here for whoever follows the channel, and what its release brought; while its first one comes, what of that has come. */
function paths({ here, copying }: ChannelStanding): Part {
  const figures = copying?.counted;
  const coming = figures && `${counted(figures.listed - figures.toCome)} of\u00a0${counted(figures.listed)}`;
  if (!here) return coming ?? '–';
  const { changes } = here;
  const brought =
    changes !== undefined &&
    aside(html`<a href="${changes}" title="what its release brought, path by path">changes</a>`);
  return html`${counted(here.present)}${coming && aside(`next\u00a0${coming}`)}${brought}`;
}

function unavailable({ here }: ChannelStanding): Part {
  if (!here) return '–';
  const reasons = Object.entries(here.unavailable).filter(([, count]) => count > 0);
  const words = reasons.map(([reason, count]) => `${counted(count)}\u00a0${reason}`).join(', ');
  return html`${counted(here.listed - here.present)}${words && aside(words)}`;
}

const HOUR_MS = 3_600_000;
const NUMBERS = ['', 'hour', 'two hours', 'three hours', 'four hours', 'five hours', 'six hours'];
const everyWords = (ms: number): string => `every ${NUMBERS[ms / HOUR_MS] ?? lasting(ms)}`;

function pollTimes({ last, next }: Polls, channels: Status['channels'], now: Date): Markup {
  const known = channels.every(({ state }) => state !== 'unknown');
  if (!last || !next) return html`${known ? 'Not polled yet.' : 'When they were last polled is not known.'}`;
  const left = next.getTime() - now.getTime();
  return html`Last poll ${moment(last, now)}, next ${left > 0 ? html`in <strong class="unbroken">${lasting(left)}</strong>` : 'due now'}.`;
}

function explanation(channels: readonly ChannelStanding[]): Part {
  const copying = channels.some(({ state }) => state === 'copying');
  const lacking = channels.some(({ here }) => here && here.present < here.listed);
  const words = [
    copying && 'Until a release is complete, its channel keeps pointing to the one before.',
    lacking &&
      'What is unavailable upstream lacks or has wrong. It is asked for again, and shown as soon as upstream has it; until then Nix finds the rest here.',
  ].filter((sentence) => sentence !== false);
  return words.length > 0 && html`<p class="small soft">${words.join(' ')}</p>`;
}

function findingWords(finding: Finding, now: Date): Part {
  switch (finding.kind) {
    case 'not-probed': // said beside the parts
    case 'damage-found':
    case 'collect-refused':
      return undefined;
    case 'not-polled':
      return warning(
        'Polls',
        html`are late: the channels have not been looked at since ${moment(finding.since, now)}.`,
      );
    case 'polls-failed':
      return warning('Polls', html`of ${finding.channels.join(', ')} failed the last time; they are tried again soon.`);
    case 'records-unread':
      return finding.since
        ? warning('Records', html`could not be read just now. Some of this is as of ${moment(finding.since, now)}.`)
        : warning('Records', html`could not be read: what stands here is incomplete.`);
    case 'copying-paused':
      if (finding.reason === 'disk-full')
        return warning(
          'Copying',
          html`is paused: the disk has ${sized(finding.free)} left, less than the ${sized(finding.limit)} that are kept free. What is here is served.`,
        );
      return warning(
        'Copying',
        html`is paused: the mirror holds ${sized(finding.used)}, and may hold ${sized(finding.limit)}. What is here is served.`,
      );
  }
}

const warning = (what: string, words: Markup): Markup => html`<p class="small">${stateMark('warn', what)} ${words}</p>`;
