/** The API: tables, badges, what it says of itself, and metrics. Everything that the pages show can be had here. */
import { pageAnswer } from '../../../shared/web/page-answer.ts';
import type { Tell } from '../analytics/topic.ts';
import { isTold } from '../analytics/topic.ts';
import { PACKAGE } from '../analytics/topics.ts';
import { type Answer, CACHE, notFound } from '../answer.ts';
import type { Asked } from '../asked.ts';
import type { Section } from '../respond.ts';
import type { SiteOf } from '../site-of.ts';
import { answerSmall, type Small, smallText } from '../small.ts';
import type { Status } from '../status/status.ts';
import { answerCsv, answerJson, JSON_TYPE } from './answer-table.ts';
import { type Badge, CHANNEL_BADGE, channelBadge, DOWNLOADS_BADGE, downloadsBadge } from './badges.ts';
import type { Table } from './endpoint.ts';
import { CSV_TABLES, TABLES } from './endpoints.ts';
import { indexPage } from './index-page.ts';
import { answerMetrics } from './metrics/answer.ts';
import { apiDocument } from './openapi/document.ts';
import { isRefusal, type Parameters, readParameters, type Wanted } from './parameters.ts';
import { type Place, placeIn } from './place.ts';
import { noSuchEndpoint, notMirrored, refused, tokenWanted, untold } from './refusals.ts';

export interface ApiDeps {
  readonly tell: Tell;
  readonly threshold: number;
  readonly status: () => Promise<Status>;
  readonly siteOf: SiteOf;
  readonly date: () => Date;
  /** Whether there is a token by which metrics can be had. */
  readonly metrics: boolean;
}

export function apiSection(deps: ApiDeps): Section {
  let document: Small | undefined; // it takes a while, and most ask for something else
  const described = (): Small => {
    document ??= smallText(`${JSON.stringify(apiDocument())}\n`, {
      'content-type': JSON_TYPE,
      'cache-control': CACHE.hour,
    });
    return document;
  };

  return async (asked) => {
    const { path } = asked;
    if (path === '/api') return index(asked, deps);
    if (path === '/metrics') return metrics(asked, deps);
    if (path === '/api/openapi.json') return ofPlace({}, asked, [], async () => answerSmall(asked, described()));
    const badge = placeIn([DOWNLOADS_BADGE, CHANNEL_BADGE], path);
    if (badge?.endpoint === DOWNLOADS_BADGE)
      return ofPlace(DOWNLOADS_BADGE.parameters, asked, badge.said, ({ pname }) => ofPackage(pname, asked, deps));
    if (badge)
      return ofPlace(CHANNEL_BADGE.parameters, asked, badge.said, ({ channel }) => ofChannel(channel, asked, deps));
    const table = placeIn(TABLES, path);
    if (table) return ofTable(table.endpoint, table.said, 'json', asked, deps);
    const csv = placeIn(CSV_TABLES, path);
    if (csv) return ofTable(csv.endpoint.table, csv.said, 'csv', asked, deps);
    return noSuchEndpoint;
  };
}

/** @param said what stands in the path */
async function ofPlace<P extends Parameters>(
  parameters: P,
  { query }: Asked,
  said: Place<unknown>['said'],
  answer: (wanted: Wanted<P>) => Promise<Answer>,
): Promise<Answer> {
  if (!said) return refused({ parameter: 'path', detail: 'The path is not percent-encoded UTF-8.' });
  const read = readParameters(parameters, query, said);
  return isRefusal(read) ? refused(read) : answer(read.wanted);
}

const ofTable = (
  table: Table,
  said: Place<unknown>['said'],
  form: 'json' | 'csv',
  asked: Asked,
  { tell, threshold, date }: ApiDeps,
): Promise<Answer> =>
  ofPlace<Parameters>(table.parameters, asked, said, async (wanted) => {
    const now = date();
    const refusal = table.check?.(wanted, now);
    if (refusal) return refused(refusal);
    const found = await table.look(wanted, { tell, threshold, now });
    if (typeof found === 'string') return untold(found);
    const cache = table.cache?.(wanted, now) ?? CACHE.page;
    if (form === 'json') return answerJson(asked, table, found, cache);
    const about = [table.name, wanted.pname, wanted.range].filter((part) => typeof part === 'string');
    return answerCsv(asked, table, found, about.join('-'), cache);
  });

async function ofPackage(pname: string, asked: Asked, { tell, threshold }: ApiDeps): Promise<Answer> {
  const recent = await tell(PACKAGE, { pname });
  if (!isTold(recent)) return untold(recent);
  return badgeAnswer(asked, downloadsBadge(recent.found, threshold), recent.fresh ? CACHE.hour : CACHE.briefly);
}

async function ofChannel(name: string, asked: Asked, { status, date }: ApiDeps): Promise<Answer> {
  const { channels } = await status();
  const standing = channels.find(({ channel }) => channel === name);
  if (!standing) return notMirrored;
  return badgeAnswer(asked, channelBadge(standing, date()), CACHE.fiveMinutes);
}

const badgeAnswer = (asked: Asked, badge: Badge, cache: string): Answer =>
  answerSmall(asked, smallText(`${JSON.stringify(badge)}\n`, { 'content-type': JSON_TYPE, 'cache-control': cache }));

function index(asked: Asked, { siteOf, threshold }: ApiDeps): Answer {
  const site = siteOf(asked);
  const { headers, body } = pageAnswer(indexPage(site.mirrorUrl, threshold), site, { 'cache-control': CACHE.hour });
  return answerSmall(asked, smallText(body, headers));
}

/** Nothing says that there is such a thing where there is no token. */
async function metrics({ hasToken }: Asked, deps: ApiDeps): Promise<Answer> {
  if (!deps.metrics) return notFound;
  return hasToken ? answerMetrics(deps) : tokenWanted;
}
