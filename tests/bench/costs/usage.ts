/** From counts to what is billed. Pure. */
import { ASSUMED, MEMORY } from './assumed.ts';
import type { CostsReport, RequestKind } from './bench.ts';
import { bucketRequests, type Counts } from './counts.ts';

/** As `deploy/prices.json` names what it prices. */
export interface Usage {
  readonly lambdaRequests: number;
  readonly gbSeconds: number;
  readonly s3Writes: number;
  readonly s3Reads: number;
  readonly sqsRequests: number;
  readonly logGb: number;
  readonly egressGb: number;
  readonly storedGbMonths: number;
  readonly customMetrics: number;
  readonly alarmMetrics: number;
  readonly cdnRequests: number;
}

/** Where the buckets are: on S3, or a MinIO that is not AWS's. */
export type Buckets = 's3' | 'elsewhere';
type Stage = keyof typeof MEMORY;

export const NOTHING: Usage = {
  ...{ lambdaRequests: 0, gbSeconds: 0, s3Writes: 0, s3Reads: 0, sqsRequests: 0, logGb: 0, egressGb: 0 },
  ...{ storedGbMonths: 0, customMetrics: 0, alarmMetrics: 0, cdnRequests: 0 },
};

const GB = 1e9;

export const sum = (...all: readonly Usage[]): Usage =>
  all.reduce((one, other) => mapped((name) => one[name] + other[name]), NOTHING);
export const times = (usage: Usage, by: number): Usage => mapped((name) => usage[name] * by);
const mapped = (of: (name: keyof Usage) => number): Usage =>
  Object.fromEntries(Object.keys(NOTHING).map((name) => [name, of(name as keyof Usage)])) as unknown as Usage;

/** So many store paths of a release: detected, copied, published. What they take in the bucket is of one month. */
export function usageOfPaths({ path, cpuSecondsPerMegabyte: cpu }: CostsReport, paths: number, at: Buckets): Usage {
  const { narFileBytes, xzShare, instanceBytesPerSecond, copyBatch, publishAtOnce } = ASSUMED;
  const verifying = (narFileBytes / 1e6) * (xzShare * cpu.xz + (1 - xzShare) * cpu.zstd);
  const copySeconds =
    waiting(path.copy) / copyBatch +
    narFileBytes / instanceBytesPerSecond +
    ofProcessor('copy', path.copy.cpuSeconds + verifying);
  const one = sum(
    working(
      'detect',
      path.detect,
      waiting(path.detect) / publishAtOnce + ofProcessor('detect', path.detect.cpuSeconds),
      0,
      at,
    ),
    working('copy', path.copy, copySeconds, 1 / copyBatch, at),
    working(
      'publish',
      path.publish,
      waiting(path.publish) / publishAtOnce + ofProcessor('publish', path.publish.cpuSeconds),
      0,
      at,
    ),
    loading(1 / copyBatch),
    at === 's3' ? { ...NOTHING, storedGbMonths: narFileBytes / GB } : { ...NOTHING, egressGb: narFileBytes / GB },
  );
  return times(one, paths);
}

/** So many requests by the mix that is assumed. From a MinIO elsewhere readers have their NARs by themselves. */
export function usageOfRequests({ request }: CostsReport, requests: number, at: Buckets): Usage {
  const { mix, narFileBytes } = ASSUMED;
  const kinds = Object.entries(mix).map(([kind, share]) =>
    times(usageOfRequest(request[kind as RequestKind], at), share),
  );
  const nars = at === 's3' ? { ...NOTHING, egressGb: (mix.nar * narFileBytes) / GB } : NOTHING;
  return times(sum(...kinds, nars), requests);
}

/** One request; the NAR behind a redirect is none of it. */
export const usageOfRequest = (counts: Counts, at: Buckets): Usage =>
  sum(working('serve', counts, waiting(counts) + ofProcessor('serve', counts.cpuSeconds), 1, at), loading(1), {
    ...NOTHING,
    egressGb: counts.bytesAnswered / GB,
  });

/** A month in which nobody asks and no channel moves. @param metrics figures, and looks of alarms, that are paid for each month */
export function usageOfMonth(
  { idle }: CostsReport,
  metrics: Pick<Usage, 'customMetrics' | 'alarmMetrics'>,
  at: Buckets,
): Usage {
  const { month, idlePollsOfMonth } = ASSUMED;
  const run = (stage: Stage, counts: Counts): Usage =>
    sum(working(stage, counts, waiting(counts) + ofProcessor(stage, counts.cpuSeconds), 1, at), loading(1));
  return sum(
    times(run('detect', idle.poll), month.poll),
    times(run('publish', idle.tick), month.tick),
    times(run('collect', idle.collect), month.collect),
    { ...NOTHING, ...metrics, sqsRequests: idlePollsOfMonth },
  );
}

/** Seconds that are spent on answers of others when each is waited for before the next is asked. */
const waiting = (counts: Counts): number =>
  bucketRequests(counts) * ASSUMED.bucketSeconds +
  counts.upstream * ASSUMED.upstreamSeconds +
  counts.sqs * ASSUMED.queueSeconds;

const ofProcessor = (stage: Stage, cpuSeconds: number): number =>
  cpuSeconds * Math.max(1, ASSUMED.megabytesOfProcessor / MEMORY[stage]);

function working(stage: Stage, counts: Counts, seconds: number, invocations: number, at: Buckets): Usage {
  const { platformLogBytes, logLineBytes } = ASSUMED;
  const onS3 = at === 's3' ? 1 : 0;
  return {
    ...NOTHING,
    lambdaRequests: invocations,
    gbSeconds: (seconds * MEMORY[stage]) / 1_024,
    s3Writes: onS3 * (counts.s3Put + counts.s3List),
    s3Reads: onS3 * (counts.s3Get + counts.s3Head),
    sqsRequests: counts.sqs,
    logGb: (counts.logBytes + counts.logLines * logLineBytes + invocations * platformLogBytes) / GB,
    egressGb: ((1 - onS3) * counts.bytesPut) / GB,
  };
}

/** What load does with the lines of so many invocations. */
function loading(invocations: number): Usage {
  const deliveries = invocations / ASSUMED.invocationsPerDelivery;
  const gbSeconds = (deliveries * ASSUMED.loadSeconds * MEMORY.load) / 1_024;
  return { ...NOTHING, lambdaRequests: deliveries, gbSeconds, logGb: (deliveries * ASSUMED.platformLogBytes) / GB };
}
