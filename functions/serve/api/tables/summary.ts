/** `/api/summary`: the figures at the head of the analytics page. */
import * as v from 'valibot';
import { DEFINITIONS } from '../../analytics/definitions.ts';
import { isTold } from '../../analytics/topic.ts';
import { HEADLINE, LOG_DELAY } from '../../analytics/topics.ts';
import { field, hours, looked, table } from '../endpoint.ts';
import { count, MILLISECONDS, msOrNull, RANGE, REQUESTS, TIME } from '../fields.ts';

export const SUMMARY = table({
  path: '/api/summary',
  name: 'summary',
  summary: 'Headline figures, and what they mean',
  description: 'Downloads are of the whole days that the range touches, stores of the last seven days.',
  parameters: { range: RANGE },
  data: 'one',
  definitions: DEFINITIONS,
  row: v.object({
    requests: REQUESTS,
    downloads: field(count, 'as `definitions` says'),
    bytes: field(count, 'sent by this mirror, or promised by its redirects; what upstream sent is left out'),
    lookups: field(count, 'requests for narinfos'),
    found: field(count, 'of these, all that were found'),
    p95_ms: field(MILLISECONDS, 'so long 95 of 100 narinfos took at most; null: there were none'),
    stores: field(count, 'as `definitions` says'),
    loaded_up_to: field(v.nullable(TIME), 'the newest event that is counted; null: none of the last two days'),
  }),
  async look({ range }, { tell }) {
    const [headline, delay] = await Promise.all([tell(HEADLINE, { range }), tell(LOG_DELAY, {})]);
    return looked(
      headline,
      ({ requests, downloads, bodyBytes, lookups, found, p95, stores }) => [
        {
          ...{ requests, downloads, bytes: bodyBytes, lookups, found },
          p95_ms: msOrNull(p95),
          stores,
          loaded_up_to: isTold(delay) ? delay.found.newest : null,
        },
      ],
      { span: hours(range), threshold: 0 },
    );
  },
});
