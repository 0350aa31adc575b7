/** One slice of a sweep: so long it may last, and what it has taken away. Everything that is deleted under the lease is deleted here. */
import type { Bucket, ObjectHead } from '../../shared/bucket/bucket.ts';
import type { Lease } from '../../shared/bucket/lease.ts';

export interface Deleted {
  names: number;
  nars: number;
  narBytes: number;
  /** Of all kinds. */
  objects: number;
  releases: number;
}

type Where = 'bucket' | 'state';

export interface Slice {
  readonly signal: AbortSignal;
  readonly deleted: Deleted;
  /** Whether publish has to learn anew what is here. */
  readonly changed: boolean;
  /** To be asked before anything is begun: whether there is time for it. Else it is left to the next slice. */
  mayBegin(): boolean;
  /** Something is left to the next slice. */
  readonly cut: boolean;
  /** What need not be condemned any more: it is gone, or is another object than the one that was condemned. */
  readonly over: Set<string>;
  /**
   * Deletes what was condemned, if it is the very object: one that came since is nobody's to delete.
   * @returns what is not there any more; undefined when something is.
   */
  takeAway(where: Where, key: string, isIt?: (head: ObjectHead) => boolean): Promise<'gone' | ObjectHead | undefined>;
  /** What publish knows by heart is about to change. @returns the signal for it */
  change(): Promise<AbortSignal>;
  delete(where: Where, key: string): Promise<void>;
}

export interface SliceDeps {
  readonly bucket: Pick<Bucket, 'head' | 'delete'>;
  readonly state: Pick<Bucket, 'head' | 'delete'>;
  readonly lease: Pick<Lease, 'keep'>;
  readonly now: () => Date;
}

/** @param condemned since when, in milliseconds since 1970 */
export function beginSlice(
  deps: SliceDeps,
  condemned: ReadonlyMap<string, number>,
  endsAt: number,
  signal: AbortSignal,
): Slice {
  const deleted: Deleted = { names: 0, nars: 0, narBytes: 0, objects: 0, releases: 0 };
  const over = new Set<string>();
  let changed = false;
  let cut = false;

  const remove = async (where: Where, key: string): Promise<void> => {
    signal.throwIfAborted();
    await deps[where].delete(key, await deps.lease.keep(signal));
    deleted.objects += 1;
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
    over,
    mayBegin() {
      cut ||= deps.now().getTime() >= endsAt;
      return !cut;
    },
    async takeAway(where, key, isIt = () => true) {
      const head = await deps[where].head(key, signal);
      const isThis = head && head.lastModified.getTime() <= (condemned.get(key) ?? 0) && isIt(head);
      if (isThis) await remove(where, key);
      over.add(key);
      return head ? (isThis ? head : undefined) : 'gone';
    },
    async change() {
      const leased = await deps.lease.keep(signal);
      changed = true; // before it is: a failure may come after the change
      return leased;
    },
    delete: remove,
  };
}
