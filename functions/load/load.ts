/**
 * load: an event as Lambda hands it over, to an answer. A subscription's delivery fails by throwing, so that Lambda tries it again and
 * then puts it into the queue of failures; one that comes from there stays there, and returns when its visibility timeout ends.
 */
import type { SQSBatchResponse } from 'aws-lambda';
import * as v from 'valibot';
import { describeError } from '../../shared/errors.ts';
import type { Metrics } from '../../shared/metrics.ts';
import { type Delivery, decode, decodeText } from './decode.ts';
import { type LoadDeps, type Loaded, loadDelivery } from './load-delivery.ts';
import { LOAD_UNITS, type LoadFigures, sumOf } from './load-figures.ts';

export interface Deps extends Omit<LoadDeps, 'tables'> {
  /** Undefined: there is no ClickHouse, and nothing of the log stream is kept. */
  readonly tables: LoadDeps['tables'] | undefined;
  readonly metrics: Metrics;
}

/** Of a delivery: whether it was kept. */
export type Outcome = { readonly outcome: 'loaded' | 'nothing' | 'off' };

const Batch = v.object({ Records: v.array(v.object({ messageId: v.string(), body: v.string() })) });

/** @throws {AnalyticsFailed} when a delivery that came by itself has to be tried again. */
export async function load(event: unknown, deps: Deps, signal: AbortSignal): Promise<SQSBatchResponse | Outcome> {
  const figures: LoadFigures[] = [];
  try {
    return v.is(Batch, event)
      ? await takeBatch(event, figures, deps, signal)
      : await takeOne(await decode(event), figures, deps, signal);
  } finally {
    deps.metrics.put(sumOf(figures), LOAD_UNITS);
  }
}

async function takeBatch(
  { Records }: v.InferOutput<typeof Batch>,
  figures: LoadFigures[],
  deps: Deps,
  signal: AbortSignal,
): Promise<SQSBatchResponse> {
  const failed: string[] = [];
  for (const { messageId, body } of Records) {
    const began = deps.now().getTime();
    try {
      signal.throwIfAborted();
      await take(await decodeText(body), figures, deps, signal);
    } catch (error) {
      figures.push({ DeliveriesFailed: 1 });
      const duration_ms = deps.now().getTime() - began;
      deps.log.warn('message.stays', {
        outcome: 'stays',
        message_id: messageId,
        error: describeError(error),
        duration_ms,
      });
      failed.push(messageId);
    }
  }
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

/** Lambda tells of the error, and tries again. */
async function takeOne(delivery: Delivery, figures: LoadFigures[], deps: Deps, signal: AbortSignal): Promise<Outcome> {
  const began = deps.now().getTime();
  try {
    return await take(delivery, figures, deps, signal);
  } catch (error) {
    figures.push({ DeliveriesFailed: 1 });
    const { code } = describeError(error);
    deps.log.info('load.done', { outcome: 'failed', code, duration_ms: deps.now().getTime() - began });
    throw error;
  }
}

async function take(
  delivery: Delivery,
  figures: LoadFigures[],
  { tables, log, now }: Deps,
  signal: AbortSignal,
): Promise<Outcome> {
  if (delivery.kind === 'control') {
    log.debug('load.done', { outcome: 'nothing' });
    return { outcome: 'nothing' };
  }
  if (!tables) {
    log.warn('load.off', { outcome: 'off', reason: 'CLICKHOUSE_URL is not set' });
    return { outcome: 'off' };
  }
  const began = now().getTime();
  const { newest, ...loaded } = await loadDelivery(delivery, { tables, now, log }, signal);
  const delay_ms = Math.max(0, now().getTime() - newest.getTime());
  figures.push(figuresOf(loaded, delay_ms));
  log.info('load.done', { outcome: 'loaded', ...loaded, delay_ms, duration_ms: now().getTime() - began });
  return { outcome: 'loaded' };
}

const figuresOf = ({ rows, already, unreadable }: Omit<Loaded, 'newest'>, delayMs: number): LoadFigures => ({
  RowsLoaded: Math.max(0, rows - already),
  LinesUnreadable: unreadable,
  LogDelaySeconds: delayMs / 1_000,
});
