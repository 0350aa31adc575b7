/** What the service is made of, and how each of it is. */
import { troubleInWords } from '../../../shared/probe/trouble.ts';
import { html, type Markup } from '../../../shared/web/markup.ts';
import { section } from '../../../shared/web/section.ts';
import { stateMark } from '../../../shared/web/state-mark.ts';
import { ago, lasting, latency, moment } from '../../../shared/web/words.ts';
import { logStreamLine } from './log-stream-line.ts';
import type { PartStanding, Status } from './status.ts';
import { upkeepLines } from './upkeep-lines.ts';

export function partsSection({ parts, findings, spool, upkeep }: Status, now: Date): Markup {
  const notProbed = findings.find((finding) => finding.kind === 'not-probed');
  const rows = [
    part('S3 backend', parts.bucket, 'Holds every narinfo and NAR.', now),
    parts.records.state === 'offline' &&
      part('Records', parts.records, 'The mirror’s own notes: what is under way, and what is to be tried again.', now),
    part('ClickHouse', parts.clickhouse, 'Counts downloads. Packages do not need it.', now),
    part('Upstream', parts.upstream, 'Where new packages come from. What is here does not need it.', now),
  ];
  return section(
    {
      id: 'parts',
      heading: 'Parts',
      note: html`<p>The backend and ClickHouse are tried as this page is made, upstream once a minute.</p>`,
    },
    [
      html`<ul class="parts">${rows}</ul>`,
      spool && logStreamLine(spool, now),
      ...upkeepLines(upkeep, now),
      notProbed && html`<p class="small">${stateMark('warn', 'Publishing')} ${notRun(notProbed.since, now)}</p>`,
    ],
  );
}

const notRun = (since: Date | undefined, now: Date): Markup =>
  since
    ? html`has not run since ${moment(since, now)}, ${lasting(now.getTime() - since.getTime())} ago: until it does, nothing new becomes visible.`
    : html`has not told of a run yet.`;

function part(name: string, standing: PartStanding, what: string, now: Date): Markup {
  return html`<li class="part"><h3>${name}</h3><p>${mark(standing)}</p><p class="soft">${about(standing, now)}${what}</p></li>
`;
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
