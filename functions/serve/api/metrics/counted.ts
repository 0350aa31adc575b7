/** What is counted in ClickHouse, as metrics: of all processes and instances together, since there are tables. Pure. */
import type { LogDelay } from '../../../../shared/analytics/queries/log-delay.ts';
import type {
  CopyTotal,
  DurationTotal,
  FailureCount,
  RequestTotal,
} from '../../../../shared/analytics/queries/totals.ts';
import { isTold, type Told, type Untold } from '../../analytics/topic.ts';
import type { Metric, Sample } from './exposition.ts';

export interface Counted {
  readonly requests: Told<readonly RequestTotal[]> | Untold;
  readonly durations: Told<readonly DurationTotal[]> | Untold;
  readonly copies: Told<readonly CopyTotal[]> | Untold;
  readonly failures: Told<readonly FailureCount[]> | Untold;
  readonly delay: Told<LogDelay> | Untold;
}

export function countedMetrics({ requests, durations, copies, failures, delay }: Counted): readonly Metric[] {
  const of = <T>(told: Told<readonly T[]> | Untold, sample: (row: T) => Sample): readonly Sample[] =>
    isTold(told) ? told.found.map(sample) : [];
  const labelsOf = ({ route, status, result }: RequestTotal) => ({ route, status: String(status), result });
  const all: readonly (Told<unknown> | Untold)[] = [requests, durations, copies, failures, delay];
  return [
    {
      name: 'copycat_requests_total',
      type: 'counter',
      help: 'Requests that were answered.',
      samples: of(requests, (row) => ({ labels: labelsOf(row), value: row.requests })),
    },
    {
      name: 'copycat_response_bytes_total',
      type: 'counter',
      help: 'Bytes that were sent, or promised by a redirect.',
      samples: of(requests, (row) => ({ labels: labelsOf(row), value: row.bodyBytes })),
    },
    {
      name: 'copycat_request_duration_seconds',
      type: 'histogram',
      help: 'From arrival to the last byte. There is no sum: what is kept is a histogram.',
      samples: isTold(durations) ? histogram(durations.found) : [],
    },
    {
      name: 'copycat_copies_total',
      type: 'counter',
      help: 'Store paths that copying has come to an end with, in the last 400 days.',
      samples: of(copies, ({ outcome, copies: value }) => ({ labels: { outcome }, value })),
    },
    {
      name: 'copycat_failures_total',
      type: 'counter',
      help: 'What failed within the mirror, in the last 400 days.',
      samples: of(failures, ({ stage, code, failures: value }) => ({ labels: { stage, code }, value })),
    },
    {
      name: 'copycat_log_delay_seconds',
      type: 'gauge',
      help: 'How old the newest event is that was loaded. Requests of this very scraper are events.',
      samples: delaySamples(delay),
    },
    {
      name: 'copycat_figures_fresh',
      type: 'gauge',
      help: 'Whether ClickHouse gave all of these figures within the last minute.',
      samples: [{ value: all.every((one) => isTold(one) && one.fresh) ? 1 : 0 }],
    },
  ];
}

function delaySamples(delay: Told<LogDelay> | Untold): readonly Sample[] {
  if (!isTold(delay) || delay.found.newest === null) return [];
  return [{ value: Math.max(0, (delay.at.getTime() - Date.parse(delay.found.newest)) / 1_000) }];
}

/** Bounds of buckets, as powers of two of microseconds: 0.26 ms to 67 s. What took longer is in the last one, +Inf. */
const OCTAVES = Array.from({ length: 19 }, (_, at) => at + 8);

function histogram(rows: readonly DurationTotal[]): readonly Sample[] {
  const routes = [...new Set(rows.map(({ route }) => route))];
  return routes.flatMap((route) => {
    const own = rows.filter((row) => row.route === route);
    const upTo = (octave: number) =>
      own.filter((row) => row.octave <= octave).reduce((sum, { requests }) => sum + requests, 0);
    const bucket = (le: string, value: number): Sample => ({ suffix: '_bucket', labels: { route, le }, value });
    const count = upTo(Number.POSITIVE_INFINITY);
    return [
      ...OCTAVES.map((octave) => bucket(String(2 ** octave / 1e6), upTo(octave))),
      bucket('+Inf', count),
      { suffix: '_count' as const, labels: { route }, value: count },
    ];
  });
}
