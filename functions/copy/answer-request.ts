/**
 * What one copy request comes to. Copied or present: done. Wrong or missing upstream: written down, and done too, for only
 * upstream can mend it. Anything else is thrown, and the queue tries again.
 */
import type { CopyRequested } from '../../events/copy-requested.ts';
import type { RecordLog } from '../../events/log-record.ts';
import type { Reason } from '../../events/path-unavailable.ts';
import { BucketFailed, describeError, Unavailable } from '../../shared/errors.ts';
import type { Run } from '../../shared/queue/consume-batch.ts';
import { type CopyDeps, copyStorePath, type Met } from './copy-store-path.ts';
import { noteOvertime, RUNS_ALONE } from './overtime.ts';
import { type ToTell, tellCopy } from './tell.ts';
import { type WriteDownDeps, writeDown } from './write-down.ts';

export type AnswerDeps = CopyDeps & WriteDownDeps & { readonly records: RecordLog };

/** The last words of a run that is out of time have this long. */
const LAST_WORDS_MS = 2_000;

export async function answerRequest(request: CopyRequested, deps: AnswerDeps, run: Run): Promise<void> {
  const { hash, release } = request;
  const { log, now, records } = deps;
  const began = now().getTime();
  const met: Met = {};
  const tell = (outcome: ToTell['outcome']): void =>
    tellCopy({ request, outcome, met, ms: now().getTime() - began, receives: run.receives }, records);
  try {
    const done = await copyStorePath(hash, deps, run.signal, met);
    tell(done.outcome === 'not-due' ? 'unavailable' : done.outcome);
    if (done.outcome !== 'copied')
      return log.debug('copy.done', { 'store_path.hash': hash, release, outcome: done.outcome });
    log.info('copy.done', {
      store_path: done.storePath,
      release,
      outcome: done.outcome,
      bytes: done.bytes,
      nar_bytes: done.narBytes,
      file_hash_right: done.fileHashRight,
      duration_ms: now().getTime() - began,
    });
  } catch (error) {
    if (error instanceof Unavailable) await settle(hash, error.reason, error, deps, run.signal);
    else {
      if (!(run.signal.aborted && run.alone()) || error instanceof BucketFailed) throw error;
      const lastWords = AbortSignal.timeout(LAST_WORDS_MS);
      if ((await noteOvertime(hash, deps.state, lastWords)) < RUNS_ALONE) throw error;
      await settle(hash, 'too-large', error, deps, lastWords);
    }
    tell('unavailable');
  }
}

/** Copy gave up on this one for now: upstream or bucket failed for as long as the operator's patience lasts. */
export async function writeFailing(hash: CopyRequested['hash'], error: unknown, deps: AnswerDeps): Promise<void> {
  await settle(hash, 'failing', error, deps, AbortSignal.timeout(LAST_WORDS_MS));
}

async function settle(
  hash: CopyRequested['hash'],
  reason: Reason,
  error: unknown,
  deps: AnswerDeps,
  signal: AbortSignal,
): Promise<void> {
  const { message } = describeError(error);
  const record = await writeDown({ hash, reason, evidence: message }, deps, signal);
  deps.log.warn('copy.unavailable', {
    'store_path.hash': hash,
    reason,
    message,
    attempts: record.attempts,
    next: record.next,
  });
}
