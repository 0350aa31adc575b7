/** Fires at once and then again and again, measured from start to start. A run that takes longer delays the next one. */
import { setTimeout as delay } from 'node:timers/promises';

export interface ScheduleTrigger {
  /** Fires no more, and waits for the run under way. */
  stop(): Promise<void>;
}

export interface ScheduleOptions {
  readonly everyMs: number;
  /** Reports what comes of it by itself; here only whether it failed matters. */
  readonly run: () => Promise<unknown>;
  /** What failed is tried again this soon, as Lambda retries asynchronous invocations. */
  readonly retryMs?: number;
}

const RETRY_MS = 60_000;
/** The longest delay that a timer takes. */
const MOST_MS = 2 ** 31 - 1;

export function startSchedule({ everyMs, run, retryMs = RETRY_MS }: ScheduleOptions): ScheduleTrigger {
  const stopping = new AbortController();

  const repeat = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const startedAt = performance.now();
      const failed = await run().then(
        () => false,
        () => true,
      );
      const waitMs = startedAt + Math.min(everyMs, failed ? retryMs : everyMs) - performance.now();
      await delay(Math.min(MOST_MS, Math.max(0, waitMs)), undefined, { signal: stopping.signal }).catch(
        () => undefined,
      );
    }
  };

  const repeating = repeat();
  return {
    async stop() {
      stopping.abort();
      await repeating;
    },
  };
}

/** The event that EventBridge sends. */
export const scheduledEvent = (functionName: string, now = new Date()) => ({
  version: '0',
  id: crypto.randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: '000000000000',
  time: now.toISOString(),
  region: 'us-east-1',
  resources: [`arn:aws:events:us-east-1:000000000000:rule/${functionName}`],
  detail: {},
});
