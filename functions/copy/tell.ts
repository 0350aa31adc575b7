/** What copy writes into the log stream: what each request came to, and each failure on the way there. */
import type { CopyRecord } from '../../events/copy-record.ts';
import type { CopyRequested } from '../../events/copy-requested.ts';
import { failureOf } from '../../events/failure-record.ts';
import type { RecordLog } from '../../events/log-record.ts';
import { microseconds } from '../../events/record-fields.ts';
import type { Failure } from '../../shared/queue/consume-batch.ts';
import type { Met } from './copy-store-path.ts';

export interface ToTell {
  readonly request: CopyRequested;
  readonly outcome: CopyRecord['outcome'];
  readonly met?: Met;
  readonly ms: number;
  readonly receives: number;
}

export function tellCopy({ request, outcome, met = {}, ms, receives }: ToTell, records: RecordLog): void {
  const { narInfo, fileBytes = narInfo?.fileSize } = met;
  records.add({
    kind: 'copy',
    outcome,
    store_hash: request.hash,
    ...(narInfo && { name: narInfo.storePath.name, nar_size: narInfo.narSize }),
    ...(request.release && { release: request.release }),
    ...(narInfo?.fileHash && { file_hash: narInfo.fileHash }),
    ...(fileBytes !== undefined && { file_size: fileBytes }),
    duration_us: microseconds(ms),
    attempt: receives,
  });
}

/** A request that is dead is settled as well: it came to nothing, for now. */
export function tellFailure(failure: Failure<CopyRequested>, records: RecordLog): void {
  const { message: request, error, receives, ms, dead } = failure;
  const object = request && { object: request.hash };
  records.add(failureOf(error, { stage: 'copy', ...object, attempt: receives, dead }));
  if (dead && request) tellCopy({ request, outcome: 'failed', ms, receives }, records);
}
