/**
 * One record for each answer, written when nothing more of it will go out: its last byte did, or the connection has ended. Which
 * comes first, the answer or the end of the connection, makes no difference.
 */
import type { RecordLog } from '../../events/log-record.ts';
import { type Metrics, noMetrics } from '../../shared/metrics.ts';
import { type Answer, isStreamed, sizeOf } from './answer.ts';
import type { Asked } from './asked.ts';
import { createFailureLog } from './failure-log.ts';
import { requestRecordOf } from './request-record-of.ts';
import { createWaits, type Waits } from './waits.ts';

/** One request on its way to its record. */
export interface Exchange {
  readonly waits: Waits;
  /** What goes out, or would have gone out to one who is still there. */
  answered(answer: Answer): void;
  /** Bytes of a streamed body that have gone out. */
  wrote(bytes: number): void;
  /** Nothing more goes out. @param whole whether all did: what is not streamed goes as one. */
  ended(whole: boolean): void;
}

export interface RequestLog {
  /** @param arrivedAt by `now` */
  begin(asked: Asked, arrivedAt: number): Exchange;
  /** Milliseconds that only ever grow. */
  readonly now: () => number;
}

/** @param metrics get one line for each answer that is a failure of ours, and none for others: each line costs. */
export function createRequestLog(
  { records, metrics = noMetrics }: { readonly records: RecordLog; readonly metrics?: Metrics },
  now: () => number = () => performance.now(),
): RequestLog {
  const addFailure = createFailureLog(records, now);

  return {
    now,
    begin(asked, arrivedAt) {
      const waits = createWaits(now);
      let answer: Answer | undefined;
      let end: { readonly at: number; readonly whole: boolean } | undefined;
      let written = 0;

      const addOnce = (): void => {
        if (!answer || !end) return;
        const { status, body, about } = answer;
        const bodyBytes = isStreamed(body) ? written : end.whole ? sizeOf(body) : 0;
        const durationUs = Math.ceil((end.at - arrivedAt) * 1_000);
        records.add(requestRecordOf(asked, answer, { bodyBytes, durationUs, backendUs: waits.us() }));
        if (status >= 500) metrics.put({ ServerErrors: 1 });
        if (status >= 500 && about?.trouble) addFailure(about.trouble);
      };

      return {
        waits,
        answered(given) {
          if (answer) return;
          answer = given;
          addOnce();
        },
        wrote(bytes) {
          written += bytes;
        },
        ended(whole) {
          if (end) return;
          end = { at: now(), whole };
          addOnce();
        },
      };
    },
  };
}
