/**
 * The lease that makes names have one writer: state `lease.json`. Whoever holds it may write and delete narinfos, manifests
 * and channel pointers, until it expires by the holder's clock; every change of holder begins a new term, so that what one
 * has learned in an earlier term is known to be stale.
 *
 * A holder that finds its own name in the lease takes it over at once: one machine's functions share a name, and one
 * runtime at a time is what the runtime's own lock makes sure of.
 */
import * as v from 'valibot';
import { count, parseJson, readable, time } from '../../events/record.ts';
import { type Bucket, bytesOf, unchangedSince } from '../../shared/bucket/bucket.ts';
import { Conflict, LeaseLost } from '../../shared/errors.ts';

export interface LeaseDeps {
  readonly state: Pick<Bucket, 'get' | 'put'>;
  /** This process, or this machine's runtime. */
  readonly holder: string;
  readonly now: () => Date;
  /** Milliseconds. Default 90 s: longer than the minute between two deployed ticks. */
  readonly durationMs?: number;
}

export interface Lease {
  /** The term, when the lease is ours (taken or renewed as needed); undefined while somebody else's lasts. */
  hold(signal: AbortSignal): Promise<number | undefined>;
  /**
   * To be asked directly before every write of a name. The signal it answers ends that write before somebody else could take
   * the lease.
   * @throws {LeaseLost} when it is no longer ours.
   */
  keep(signal: AbortSignal): Promise<AbortSignal>;
}

const KEY = 'lease.json';
const DURATION_MS = 90_000;

const schema = v.object({ holder: v.string(), term: count, expires: time });
type Record = v.InferOutput<typeof schema>;
const parseLease = (text: string): Record => parseJson('a lease', schema, text);
/** What a lease that can't be read is as good as. */
const NOBODYS: Record = { holder: '', term: 0, expires: new Date(0).toISOString() };

interface Held {
  readonly etag: string;
  readonly record: Record;
}

interface Ours extends Held {
  /** Aborts when it expires. */
  readonly expiry: AbortSignal;
}

export function createLease({ state, holder, now, durationMs = DURATION_MS }: LeaseDeps): Lease {
  let ours: Ours | undefined;
  let renewal: Promise<number | undefined> | undefined;

  const hold = async (signal: AbortSignal): Promise<number | undefined> => {
    if (ours && leftOf(ours.record) > durationMs / 2) return ours.record.term;
    renewal ??= take(signal).finally(() => {
      renewal = undefined;
    });
    return renewal;
  };

  return {
    hold,
    async keep(signal) {
      const term = ours?.record.term;
      if (term === undefined || (await hold(signal)) !== term || !ours) {
        throw new LeaseLost('the lease is no longer ours', { holder });
      }
      return AbortSignal.any([signal, ours.expiry]);
    },
  };

  async function take(signal: AbortSignal): Promise<number | undefined> {
    const found = await read(signal);
    const still = found && ours && found.etag === ours.etag;
    if (found && !still && found.record.holder !== holder && leftOf(found.record) > 0) {
      ours = undefined;
      return undefined;
    }
    const term = still ? found.record.term : (found?.record.term ?? 0) + 1;
    const record = { holder, term, expires: new Date(now().getTime() + durationMs).toISOString() };
    try {
      const only = unchangedSince(found?.etag);
      const { etag } = await state.put(KEY, `${JSON.stringify(record)}\n`, { only, signal });
      ours = { etag, record, expiry: AbortSignal.timeout(durationMs) };
      return term;
    } catch (error) {
      ours = undefined;
      if (error instanceof Conflict) return undefined; // somebody was faster
      throw error;
    }
  }

  async function read(signal: AbortSignal): Promise<Held | undefined> {
    const stored = await state.get(KEY, { signal });
    if (!stored) return undefined;
    return {
      etag: stored.etag,
      record: readable(parseLease, (await bytesOf(stored.body)).toString('utf8')) ?? NOBODYS,
    };
  }

  function leftOf({ expires }: Record): number {
    return new Date(expires).getTime() - now().getTime();
  }
}
