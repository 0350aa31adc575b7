/**
 * load: an event as Lambda hands it over, to an answer. A subscription's delivery fails by throwing, so that Lambda tries it again and
 * then puts it into the queue of failures; one that comes from there stays there, and returns when its visibility timeout ends.
 */
import type { SQSBatchResponse } from 'aws-lambda';
import * as v from 'valibot';
import { describeError } from '../../shared/errors.ts';
import { type Delivery, decode, decodeText } from './decode.ts';
import { type LoadDeps, loadDelivery } from './load-delivery.ts';

export interface Deps extends Omit<LoadDeps, 'tables'> {
  /** Undefined: there is no ClickHouse, and nothing of the log stream is kept. */
  readonly tables: LoadDeps['tables'] | undefined;
}

/** Of a delivery: whether it was kept. */
export type Outcome = { readonly outcome: 'loaded' | 'nothing' | 'off' };

const Batch = v.object({ Records: v.array(v.object({ messageId: v.string(), body: v.string() })) });

/** @throws {AnalyticsFailed} when a delivery that came by itself has to be tried again. */
export async function load(event: unknown, deps: Deps, signal: AbortSignal): Promise<SQSBatchResponse | Outcome> {
  if (!v.is(Batch, event)) return take(await decode(event), deps, signal);
  const failed: string[] = [];
  for (const { messageId, body } of event.Records) {
    try {
      signal.throwIfAborted();
      await take(await decodeText(body), deps, signal);
    } catch (error) {
      deps.log.warn('message.stays', { message_id: messageId, error: describeError(error) });
      failed.push(messageId);
    }
  }
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

async function take(delivery: Delivery, { tables, log, now }: Deps, signal: AbortSignal): Promise<Outcome> {
  if (delivery.kind === 'control') return { outcome: 'nothing' };
  if (!tables) {
    log.warn('load.off', { reason: 'CLICKHOUSE_URL is not set' });
    return { outcome: 'off' };
  }
  const begun = now().getTime();
  const loaded = await loadDelivery(delivery, { tables, now, log }, signal);
  log.info('load.done', { ...loaded, duration_ms: now().getTime() - begun });
  return { outcome: 'loaded' };
}
