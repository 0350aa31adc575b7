/** One slice of a sweep: so long it may last, and what it has deleted. Everything that is deleted under the lease is deleted here. */
import type { Bucket } from '../../shared/bucket/bucket.ts';
import type { Lease } from '../../shared/bucket/lease.ts';

export interface Deleted {
  names: number;
  nars: number;
  narBytes: number;
  /** Of all kinds. */
  objects: number;
  releases: number;
}

export interface Slice {
  readonly signal: AbortSignal;
  readonly deleted: Deleted;
  /** Whether publish has to learn anew what is here. */
  readonly changed: boolean;
  /** To be asked before anything is begun: whether there is time for it. Else it is left to the next slice. */
  mayBegin(): boolean;
  /** Something is left to the next slice. */
  readonly cut: boolean;
  deleteName(key: string): Promise<void>;
  deleteNar(key: string, bytes: number): Promise<void>;
  /** Anything else. */
  delete(where: 'bucket' | 'state', key: string): Promise<void>;
  /** What publish knows by heart changes: the signal for it. */
  change(): Promise<AbortSignal>;
}

export interface SliceDeps {
  readonly bucket: Pick<Bucket, 'delete'>;
  readonly state: Pick<Bucket, 'delete'>;
  readonly lease: Pick<Lease, 'keep'>;
  readonly now: () => Date;
}

export function beginSlice(deps: SliceDeps, endsAt: number, signal: AbortSignal): Slice {
  const deleted: Deleted = { names: 0, nars: 0, narBytes: 0, objects: 0, releases: 0 };
  let changed = false;
  let cut = false;

  const remove = async (where: 'bucket' | 'state', key: string): Promise<void> => {
    signal.throwIfAborted();
    await deps[where].delete(key, await deps.lease.keep(signal));
    deleted.objects += 1;
  };
  const change = async (): Promise<AbortSignal> => {
    const leased = await deps.lease.keep(signal);
    changed = true; // before it is: a failure may come after the change
    return leased;
  };

  return {
    signal,
    deleted,
    get changed() {
      return changed;
    },
    get cut() {
      return cut;
    },
    mayBegin() {
      cut ||= deps.now().getTime() >= endsAt;
      return !cut;
    },
    async deleteName(key) {
      changed = true;
      await remove('bucket', key);
      deleted.names += 1;
    },
    async deleteNar(key, bytes) {
      await remove('bucket', key);
      deleted.nars += 1;
      deleted.narBytes += bytes;
    },
    delete: remove,
    change,
  };
}
