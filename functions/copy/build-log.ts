/**
 * The build log of a store path's deriver, `log/<drv>`, as upstream has it. It promises nothing and nothing waits for it: a
 * log that can't be had is no reason to go without the path.
 */
import type { Bucket } from '../../shared/bucket/bucket.ts';
import { BucketFailed, CopycatError, describeError, Unavailable } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import { logKey } from '../../shared/nix/cache-object.ts';
import type { NarInfo } from '../../shared/nix/narinfo.ts';
import type { BinaryCache } from '../../shared/upstream/binary-cache.ts';

export interface BuildLogDeps {
  readonly upstream: Pick<BinaryCache, 'log'>;
  readonly bucket: Pick<Bucket, 'head' | 'put'>;
  readonly log: Log;
  /** `COPY_LOGS` */
  readonly copyLogs: boolean;
}

export async function bringBuildLog({ deriver }: NarInfo, deps: BuildLogDeps, signal: AbortSignal): Promise<void> {
  const { upstream, bucket, copyLogs } = deps;
  if (!copyLogs || deriver === undefined) return;
  const key = logKey(deriver);
  if (await bucket.head(key, signal)) return;
  try {
    const { body, contentLength, contentEncoding } = await upstream.log(deriver, signal);
    const metadata = contentEncoding ? { 'content-encoding': contentEncoding } : {};
    await bucket.put(key, body, { ...(contentLength === undefined ? {} : { size: contentLength }), metadata, signal });
  } catch (error) {
    if (signal.aborted || !(error instanceof CopycatError) || error instanceof BucketFailed) throw error;
    if (!(error instanceof Unavailable)) deps.log.info('log.not-copied', { key, error: describeError(error) });
  }
}
