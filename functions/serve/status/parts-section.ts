/** What the service is made of, and how each of it is. */
import type { ProbedPart } from '../../../events/probes.ts';
import { troubleInWords } from '../../../shared/probe/trouble.ts';
import { html, type Markup } from '../../../shared/web/markup.ts';
import { section } from '../../../shared/web/section.ts';
import { stateMark } from '../../../shared/web/state-mark.ts';
import { ago, lasting, latency, moment } from '../../../shared/web/words.ts';
import { logDelayLine } from './log-delay-line.ts';
import { logStreamLine } from './log-stream-line.ts';
import type { PartStanding, Status } from './status.ts';
import { upkeepLines } from './upkeep-lines.ts';
import { uptimeStrip } from './uptime-strip.ts';
import { PART_NAMES, uptimeTable } from './uptime-table.ts';

export function partsSection(status: Status, now: Date): Markup {
  const { parts, findings, spool, logDelay, upkeep, uptime } = status;
  const notProbed = findings.find((finding) => finding.kind === 'not-probed');
  const rows = [
    part(PART_NAMES.bucket, parts.bucket, 'Holds every narinfo and NAR.', now, strip('bucket', status)),
    parts.records.state === 'offline' &&
      part('Records', parts.records, 'The mirror’s own notes: what is under way, and what is to be tried again.', now),
    part(
      PART_NAMES.clickhouse,
      parts.clickhouse,
      'Counts downloads. Packages do not need it.',
      now,
      strip('clickhouse', status),
    ),
    part(
      PART_NAMES.upstream,
      parts.upstream,
      'Where new packages come from. What is here does not need it.',
      now,
      strip('upstream', status),
    ),
  ];
  return section(
    {
      id: 'parts',
      heading: 'Parts',
      note: html`<p>The backend and ClickHouse are tried as this page is made, upstream once a minute.</p>
${uptime && html`<p>A strip is what was found once a minute: a red bar is a day with an outage, taller the longer it was; dashed days were not measured.</p>`}`,
    },
    [
      html`<ul class="parts">${rows}</ul>`,
      uptime && html`<p class="axis"><span>${uptime.bucket.days.length} days ago</span><span>today</span></p>`,
      spool ? logStreamLine(spool, now) : logDelay && logDelayLine(logDelay, now),
      ...upkeepLines(upkeep, now),
      uptime && uptimeTable(uptime),
      notProbed && html`<p class="small">${stateMark('warn', 'Publishing')} ${notRun(notProbed.since, now)}</p>`,
    ],
  );
}

const notRun = (since: Date | undefined, now: Date): Markup =>
  since
    ? html`has not run since ${moment(since, now)}, ${lasting(now.getTime() - since.getTime())} ago: until it does, nothing new becomes visible.`
    : html`has not told of a run yet.`;

function part(name: string, standing: PartStanding, what: string, now: Date, uptime?: Markup): Markup {
  return html`<li class="part"><h3>${name}</h3><p>${mark(standing)}</p><p class="soft">${about(standing, now)}${what}</p>${uptime}</li>
`;
}

/** Of what is not there to be probed, and never was, there is none. */
function strip(name: ProbedPart, { parts, uptime }: Status): Markup | undefined {
  const days = uptime?.[name];
  if (!days || (days.since === undefined && parts[name].state === 'not-configured')) return undefined;
  return uptimeStrip(name, PART_NAMES[name], days);
}

function mark(standing: PartStanding): Markup {
  switch (standing.state) {
    case 'online':
      return html`${stateMark('good', 'online')} <span class="soft unbroken">${latency(standing.latencyMs)}</span>`;
    case 'offline':
      return stateMark('bad', 'offline');
    case 'unknown':
      return stateMark('calm', 'not known');
    case 'not-configured':
      return stateMark('calm', 'not configured');
  }
}

function about(standing: PartStanding, now: Date): Markup | string {
  if (standing.state === 'offline')
    return html`<strong class="reason">${troubleInWords(standing.trouble)}</strong>, ${ago(now.getTime() - standing.at.getTime())}. `;
  if (standing.state === 'unknown')
    return standing.since ? html`Not looked at since ${moment(standing.since, now)}. ` : 'No look at it is known. ';
  return '';
}
