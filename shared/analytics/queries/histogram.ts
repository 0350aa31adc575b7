/**
 * Quantiles of durations from the histograms of requests_hourly (schema/0002): a map from bucket to count, where bucket b holds what
 * took (2 ** ((b - 1) / 16), 2 ** (b / 16)] microseconds. The middle of a bucket is within 2.2 per cent of all that is in it.
 */
import * as v from 'valibot';
import { count } from './ask.ts';

/** Microseconds; null where nothing was measured. */
export const quantiles = { p50: v.nullable(count), p95: v.nullable(count), p99: v.nullable(count) };

/** Columns p50, p95 and p99 of a summed map: `quantilesOf('sumMap(t.duration)')`. */
export const quantilesOf = (map: string): string =>
  [0.5, 0.95, 0.99].map((share) => `${quantileOf(map, share)} AS p${share * 100}`).join(', ');

/** The middle of the first bucket that has, with all before it, the share of all counts. */
export const quantileOf = (map: string, share: number): string =>
  `if(empty(${map}), NULL, toUInt64(round(exp2((mapKeys(${map})[arrayFirstIndex(c -> c >= ${share} * arraySum(mapValues(${map})), arrayCumSum(mapValues(${map})))] - 0.5) / 16))))`;
