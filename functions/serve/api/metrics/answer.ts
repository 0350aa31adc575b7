/** `/metrics`: figures of the service, for Prometheus. Of one process there are none: a function has no memory that lasts. */

import type { Tell } from '../../analytics/topic.ts';
import { COPY_TOTALS, DURATION_TOTALS, FAILURE_TOTALS, LOG_DELAY, REQUEST_TOTALS } from '../../analytics/topics.ts';
import { type Answer, CACHE } from '../../answer.ts';
import type { Status } from '../../status/status.ts';
import { countedMetrics } from './counted.ts';
import { formatMetrics, METRICS_TYPE } from './exposition.ts';
import { standingMetrics } from './standing.ts';

export interface MetricsDeps {
  readonly tell: Tell;
  readonly status: () => Promise<Status>;
}

export async function answerMetrics({ tell, status }: MetricsDeps): Promise<Answer> {
  const [standing, requests, durations, copies, failures, delay] = await Promise.all([
    status(),
    tell(REQUEST_TOTALS, {}),
    tell(DURATION_TOTALS, {}),
    tell(COPY_TOTALS, {}),
    tell(FAILURE_TOTALS, {}),
    tell(LOG_DELAY, {}),
  ]);
  const counted = requests === 'not-configured' ? [] : countedMetrics({ requests, durations, copies, failures, delay });
  const body = formatMetrics([...standingMetrics(standing), ...counted]);
  const headers = {
    'content-type': METRICS_TYPE,
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': CACHE.never,
  };
  return { status: 200, headers, body };
}
