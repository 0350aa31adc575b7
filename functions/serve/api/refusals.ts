/** What the API answers when it has nothing to give. */

import type { Untold } from '../analytics/topic.ts';
import { type Answer, CACHE } from '../answer.ts';
import { problem } from '../problem.ts';
import type { Refusal } from './parameters.ts';

export const refused = ({ parameter, detail }: Refusal): Answer =>
  problem(400, 'Not understood', detail, {}, { parameter });

/** As long as nobody asks ClickHouse again after it failed. */
const RETRY_SECONDS = '10';

const UNTOLD: Readonly<Record<Untold, Answer>> = {
  'not-configured': problem(404, 'Nothing is counted here', 'This mirror counts nothing: it has no ClickHouse.', {
    'cache-control': CACHE.minute,
  }),
  'not-available': problem(
    503,
    'Not known now',
    'ClickHouse does not answer, and no earlier answer was kept; please try again.',
    { 'retry-after': RETRY_SECONDS },
  ),
};
export const untold = (why: Untold): Answer => UNTOLD[why];

/** Unknown, or too seldom downloaded: which of both is not said. */
export const notListed = problem(
  404,
  'Not listed',
  'No package of this name was downloaded as often as it takes to be named.',
  { 'cache-control': CACHE.minute },
);

export const notMirrored = problem(404, 'Not mirrored', 'No channel of this name is mirrored here.', {
  'cache-control': CACHE.minute,
});

export const noSuchEndpoint = problem(404, 'No such endpoint', 'The endpoints are listed at /api.', {
  'cache-control': CACHE.minute,
});

export const tokenWanted = problem(
  401,
  'Not allowed',
  'Metrics are for who has the token, and sends it as a bearer token.',
  { 'www-authenticate': 'Bearer realm="metrics"' },
);
