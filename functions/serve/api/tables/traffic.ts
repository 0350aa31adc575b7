/** `/api/traffic`: requests and bytes over time, by what became of them. */
import * as v from 'valibot';
import { STEP_OF, TRAFFIC } from '../../analytics/topics.ts';
import { field, hours, looked, table } from '../endpoint.ts';
import { count, RANGE, REQUESTS, STEP_TIME } from '../fields.ts';
import type { Parameter } from '../parameters.ts';

const BY: Parameter<'result'> = {
  schema: v.picklist(['result']),
  what: 'By what requests are told apart.',
  must: 'result',
  fallback: 'result',
};

export const TRAFFIC_TABLE = table({
  path: '/api/traffic',
  name: 'traffic',
  summary: 'Requests and bytes over time, by what became of them',
  description: 'By the hour, the day or the week, oldest first. What did not happen has no row.',
  parameters: { range: RANGE, by: BY },
  row: v.object({
    at: STEP_TIME,
    result: field(
      v.string(),
      'hit: sent from here; redirect: sent to the bucket; upstream: left to upstream; miss; not_modified; local: made by the mirror itself; error',
    ),
    requests: REQUESTS,
    bytes: field(count, 'sent, or promised by a redirect'),
  }),
  look: async ({ range }, { tell }) =>
    looked(
      await tell(TRAFFIC, { range }),
      (rows) => rows.map(({ at, result, requests, bodyBytes }) => ({ at, result, requests, bytes: bodyBytes })),
      { span: hours(range), threshold: 0, step: STEP_OF[range] },
    ),
});
