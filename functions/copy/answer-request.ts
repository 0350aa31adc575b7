/**
 * What one copy request comes to. Copied or present: done. Wrong or missing upstream: written down, and done too, for only
 * upstream can mend it. Anything else is thrown, and the queue tries again.
 */
import type { CopyRequested } from '../../events/copy-requested.ts';
import type { RecordLog } from '../../events/log-record.ts';
import type { Reason } from '../../events/path-unavailable.ts';
import { BucketFailed, describeError, Unavailable } from '../../shared/errors.ts';
import type { Fields } from '../../shared/log.ts';
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
    const duration_ms = now().getTime() - began;
    if (done.outcome !== 'copied')
      return log.info('copy.done', { 'store_path.hash': hash, release, outcome: done.outcome, duration_ms });
    log.info('copy.done', {
      store_path: done.storePath,
      release,
      outcome: done.outcome,
      bytes: done.bytes,
      nar_bytes: done.narBytes,
      file_hash_right: done.fileHashRight,
      duration_ms,
    });
  } catch (error) {
    const ends = (): Fields => ({ outcome: 'unavailable', duration_ms: now().getTime() - began });
    if (error instanceof Unavailable) await settle({ hash, reason: error.reason, error, ends }, deps, run.signal);
    else {
      if (!(run.signal.aborted && run.alone()) || error instanceof BucketFailed) throw error;
      const lastWords = AbortSignal.timeout(LAST_WORDS_MS);
      if ((await noteOvertime(hash, deps.state, lastWords)) < RUNS_ALONE) throw error;
      await settle({ hash, reason: 'too-large', error, ends }, deps, lastWords);
    }
    tell('unavailable');
  }
}

/**
 * Copy gave up on this one for now: upstream or bucket failed for as long as the operator's patience lasts. What becomes of its
 * message is said when it is buried.
 */
export async function writeFailing(hash: CopyRequested['hash'], error: unknown, deps: AnswerDeps): Promise<void> {
  await settle({ hash, reason: 'failing', error }, deps, AbortSignal.timeout(LAST_WORDS_MS));
}

interface Settled {
  readonly hash: CopyRequested['hash'];
  readonly reason: Reason;
  readonly error: unknown;
  /** How the run of a request ends, if it does by this. */
  readonly ends?: () => Fields;
}

async function settle({ hash, reason, error, ends }: Settled, deps: AnswerDeps, signal: AbortSignal): Promise<void> {
  const { message } = describeError(error);
  const record = await writeDown({ hash, reason, evidence: message }, deps, signal);
  deps.log.warn('copy.unavailable', {
    'store_path.hash': hash,
    reason,
    message,
    attempts: record.attempts,
    next: record.next,
    ...ends?.(),
  });
}
