/** How each service that a start needs of others is asked whether it can be used. Buckets are asked as they are used; of the rest nothing is changed. */
import { GetQueueUrlCommand, QueueDoesNotExist } from '@aws-sdk/client-sqs';
import { openBucket } from '../shared/bucket/open.ts';
import { type Probed, troubleWith } from '../shared/bucket/probe.ts';
import type { ClickHousePlace } from '../shared/config/clickhouse-url.ts';
import { BucketFull } from '../shared/errors.ts';
import { askClickHouse } from '../shared/probe/clickhouse.ts';
import { openSqsClient } from '../shared/queue/open.ts';
import type { LocalConfig } from './config.ts';
import type { Buckets } from './data-dir.ts';
import { failureInWords } from './failure-words.ts';
import type { Service } from './service.ts';

/** A service that can't be used now. */
export interface Unusable {
  /** Where it is said: `BUCKET`. */
  readonly setting: string;
  /** What it is called, and why it can't be used. */
  readonly message: string;
  readonly bucket?: string;
  /** Whether a start without it is for nothing. Else it may come later. */
  readonly isNeeded: boolean;
}

/** What a start needs of others. */
export function servicesOf(
  config: LocalConfig,
  buckets: Buckets,
  service: Pick<Service, 'queues'>,
): readonly ServiceAsk[] {
  const { AWS_ENDPOINT_URL_SQS: endpoint, CLICKHOUSE_URL, CLICKHOUSE_INGEST_URL, AWS_REGION } = config;
  const [queue] = service.queues;
  const asks = [
    askBucket('BUCKET', openBucket(buckets.BUCKET, config)),
    askBucket('STATE', openBucket(buckets.STATE, config)),
  ];
  if (endpoint && queue) asks.push(askQueues(queue.name, { endpoint, region: AWS_REGION }));
  if (CLICKHOUSE_URL === undefined || CLICKHOUSE_URL === 'off') return asks;
  asks.push(askAnalytics('CLICKHOUSE_URL', CLICKHOUSE_URL));
  if (CLICKHOUSE_INGEST_URL) asks.push(askAnalytics('CLICKHOUSE_INGEST_URL', CLICKHOUSE_INGEST_URL));
  return asks;
}

/** @param patienceMs for one that does not answer at all. @returns undefined when it can be used. */
export type ServiceAsk = (patienceMs: number) => Promise<Unusable | undefined>;

/**
 * A directory that can't be written to will not mend itself while we watch. A server that does not answer, or refuses, may be late or
 * be set right. A bucket that is full is only full: it still serves.
 */
export const askBucket =
  (setting: string, bucket: Probed): ServiceAsk =>
  async (patienceMs) => {
    const trouble = await troubleWith(bucket, { patienceMs });
    if (!trouble) return undefined;
    const isNeeded = bucket.name.startsWith('file:') && !(trouble instanceof BucketFull);
    return { setting, message: trouble.message, bucket: bucket.name, isNeeded };
  };

/** An SQS of the user's. A queue that is not there is made later; without an SQS nothing could be asked for. */
export const askQueues =
  (queue: string, place: { readonly endpoint: string; readonly region: string }): ServiceAsk =>
  (patienceMs) =>
    answered('AWS_ENDPOINT_URL_SQS', place.endpoint, true, patienceMs, async (abortSignal) => {
      const client = openSqsClient(place);
      try {
        await client.send(new GetQueueUrlCommand({ QueueName: queue }), { abortSignal });
      } catch (error) {
        if (!(error instanceof QueueDoesNotExist)) throw error;
      } finally {
        client.destroy();
      }
    });

/** Packages never wait for it. */
export const askAnalytics =
  (setting: string, place: ClickHousePlace): ServiceAsk =>
  (patienceMs) =>
    answered(setting, place.origin, false, patienceMs, askClickHouse(place));

async function answered(
  setting: string,
  name: string,
  isNeeded: boolean,
  patienceMs: number,
  ask: (signal: AbortSignal) => Promise<unknown>,
): Promise<Unusable | undefined> {
  const signal = AbortSignal.timeout(patienceMs);
  try {
    await ask(signal);
    return undefined;
  } catch (error) {
    const why = signal.aborted ? `no answer in ${patienceMs / 1_000} s` : failureInWords(error);
    return { setting, message: `${name} can't be used: ${why}`, isNeeded };
  }
}
