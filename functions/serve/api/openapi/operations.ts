/** All that the API can be asked, as its description and its page say it. */
import * as v from 'valibot';
import { CSV_TYPE, JSON_TYPE } from '../answer-table.ts';
import { BADGE, CHANNEL_BADGE, DOWNLOADS_BADGE } from '../badges.ts';
import type { Table } from '../endpoint.ts';
import { csvPath, TABLES } from '../endpoints.ts';
import { TIME } from '../fields.ts';
import { METRICS_TYPE } from '../metrics/exposition.ts';
import type { Parameters } from '../parameters.ts';
import { MISSING, MISSING_PARAMETERS, PATH, PATH_PARAMETERS } from './path-schemas.ts';
import { HEALTH, STATUS } from './standing-schemas.ts';

export interface Operation {
  readonly path: string;
  readonly group: 'Figures' | 'The mirror' | 'Badges' | 'For programs';
  readonly summary: string;
  readonly description?: string;
  readonly parameters: Parameters;
  /** Of a 200. Absent: a text that no schema describes. */
  readonly schema?: v.GenericSchema;
  readonly type: string;
  /** Besides 200. */
  readonly statuses: readonly Refusing[];
  readonly secured?: boolean;
}
export type Refusing = keyof typeof REFUSALS;

/** Why else something is answered. */
export const REFUSALS = {
  304: 'Nothing has changed since the ETag that was given (If-None-Match).',
  400: 'A parameter is unknown, given twice, or not within its bounds: `parameter` names it.',
  401: 'The token is missing or wrong.',
  404: 'There is no such thing; of figures: none are counted here, or it is not named below the threshold.',
  503: 'It can’t be said now; try again after Retry-After.',
} as const;

export const META = v.object({
  from: v.pipe(TIME, v.description('the beginning of the time that is looked at')),
  to: v.pipe(TIME, v.description('its end; it is not part of it')),
  generated: v.pipe(TIME, v.description('as of when')),
  fresh: v.pipe(v.boolean(), v.description('false: ClickHouse is away, and this is what it said last')),
  threshold: v.pipe(v.number(), v.description('what was downloaded less often is not named; 0: nothing is left out')),
  step: v.exactOptional(
    v.pipe(v.picklist(['hour', 'day', 'week']), v.description('of a series: what a row stands for')),
  ),
});

const FIGURES: readonly Refusing[] = [304, 400, 404, 503];

const ofTable = (table: Table): readonly Operation[] => {
  const { path, summary, description, parameters, definitions, row } = table;
  const csv = csvPath(table);
  const facts = { group: 'Figures', summary, description, parameters, statuses: FIGURES } as const;
  const entries: v.ObjectEntries = { meta: META, data: table.data === 'one' ? row : v.array(row) };
  if (definitions) entries.definitions = v.record(v.string(), v.string());
  const schema = v.object(entries);
  const json: Operation = { ...facts, path, schema, type: JSON_TYPE };
  return csv === undefined ? [json] : [json, { ...facts, path: csv, summary: `${summary}, as CSV`, type: CSV_TYPE }];
};

const badge = { group: 'Badges', schema: BADGE, type: JSON_TYPE } as const;

const OTHERS: readonly Operation[] = [
  {
    path: '/api/status',
    group: 'The mirror',
    summary: 'What the status page shows',
    parameters: {},
    schema: STATUS,
    type: JSON_TYPE,
    statuses: [304],
  },
  {
    path: '/healthz',
    group: 'The mirror',
    summary: 'Whether packages can be served: 200 or 503',
    parameters: {},
    schema: HEALTH,
    type: JSON_TYPE,
    statuses: [],
  },
  {
    path: '/api/paths/{path}',
    group: 'The mirror',
    summary: 'How one store path stands here',
    parameters: PATH_PARAMETERS,
    schema: PATH,
    type: JSON_TYPE,
    statuses: [304, 400, 404, 503],
  },
  {
    path: '/api/missing',
    group: 'The mirror',
    summary: 'All that is unavailable',
    parameters: MISSING_PARAMETERS,
    schema: MISSING,
    type: JSON_TYPE,
    statuses: [304, 400, 503],
  },
  {
    ...badge,
    ...DOWNLOADS_BADGE,
    summary: 'Downloads of a package, for shields.io',
    description:
      'In the last thirty days, today included. Below the threshold, and of what is unknown, a badge says so: <10.',
    statuses: FIGURES,
  },
  {
    ...badge,
    ...CHANNEL_BADGE,
    summary: 'Age of a channel, for shields.io',
    description: 'Green for three days since it moved here, yellow for ten, then red.',
    statuses: [304, 400, 404],
  },
  {
    path: '/metrics',
    group: 'For programs',
    summary: 'Figures for Prometheus',
    description: 'Only where METRICS_TOKEN is set; anywhere else there is no such path.',
    parameters: {},
    type: METRICS_TYPE,
    statuses: [401],
    secured: true,
  },
  {
    path: '/api/openapi.json',
    group: 'For programs',
    summary: 'This API, as OpenAPI 3.1',
    parameters: {},
    schema: v.looseObject({ openapi: v.string() }),
    type: JSON_TYPE,
    statuses: [304, 400],
  },
  {
    path: '/api',
    group: 'For programs',
    summary: 'This API, as a page',
    parameters: {},
    type: 'text/html; charset=utf-8',
    statuses: [304],
  },
];

export const OPERATIONS: readonly Operation[] = [...TABLES.flatMap(ofTable), ...OTHERS];
