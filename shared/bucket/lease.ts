/**
 * The lease that makes names have one writer. Whoever holds it may write and delete narinfos, manifests and channel pointers,
 * until it expires by the holder's clock; every change of holder begins a new term, so that what one has learned in an
 * earlier term is known to be stale.
 *
 * A holder that finds its own name in the lease takes it over at once: one machine's functions share a name, and one
 * runtime at a time is what the runtime's own lock makes sure of.
 *
 * Publish holds it all the time. Who else needs it asks for it (`ask`): the holder gives it up before its next turn, never in
 * the middle of one. Who has changed nothing gives it back so that the former holder goes on in its own term and need not
 * learn anything anew.
 */
import { Conflict, LeaseLost } from '../errors.ts';
import { type Bucket, bytesOf, unchangedSince } from './bucket.ts';
import { formatLease, LEASE_KEY, type LeaseRecord, NOBODYS, parseLease } from './lease-record.ts';

export interface LeaseDeps {
  readonly state: Pick<Bucket, 'get' | 'put'>;
  /** This process, or this machine's runtime. */
  readonly holder: string;
  readonly now: () => Date;
  /** Milliseconds that only ever grow, whatever is done to the clock. For tests. */
  readonly steady?: () => number;
  /** Milliseconds. Default 90 s: longer than the minute between two deployed ticks. */
  readonly durationMs?: number;
}

export interface Lease {
  /**
   * The term, when the lease is ours (taken or renewed as needed); undefined while somebody else's lasts, and when somebody asks
   * for it, who has it then. To be called where a turn begins.
   */
  hold(signal: AbortSignal): Promise<number | undefined>;
  /**
   * To be asked directly before every write of a name. The signal it answers ends that write before somebody else could take
   * the lease.
   * @throws {LeaseLost} when it is no longer ours.
   */
  keep(signal: AbortSignal): Promise<AbortSignal>;
  /** Leaves word that we want it, for a minute. The holder finds it when it renews. */
  ask(signal: AbortSignal): Promise<void>;
  /** @param changed whether a name, a manifest or a pointer was written or deleted, or may have been. */
  giveBack(how: { readonly changed: boolean }, signal: AbortSignal): Promise<void>;
}

const DURATION_MS = 90_000;
const ASK_MS = 60_000;
/** The longest lease of all that we have. */
const MOST_MS = DURATION_MS;
/** From when it is given up until it is nobody's, should who asked be gone. */
const HANDOVER_MS = 10_000;
/** An `ask` came between reading and writing. */
const MOST_TRIES = 3;

interface Held {
  readonly etag: string;
  readonly record: LeaseRecord;
}

interface Ours extends Held {
  /** Aborts when it expires. */
  readonly expiry: AbortSignal;
  /** What was there before our first turn of this term. */
  readonly before: LeaseRecord;
}

type Mode = 'begin a turn' | 'within a turn';

export function createLease(deps: LeaseDeps): Lease {
  const { state, holder, now, steady = () => performance.now(), durationMs = DURATION_MS } = deps;
  let ours: Ours | undefined;
  /** Somebody else's, as it was found first and is still. */
  let watched: { readonly etag: string; readonly since: number } | undefined;
  /** The last that was ours: it is ours again as long as nobody else has begun one. */
  let term: number | undefined;
  let renewal: Promise<number | undefined> | undefined;

  const take = async (mode: Mode, signal: AbortSignal): Promise<number | undefined> => {
    renewal ??= tryToTake(mode, signal).finally(() => {
      renewal = undefined;
    });
    return renewal;
  };

  return {
    async hold(signal) {
      const kept = ours && isFresh(ours) && !isWantedElsewhere(ours.record);
      return kept ? ours?.record.term : take('begin a turn', signal);
    },
    async keep(signal) {
      const held = ours;
      if (!held) throw lost();
      if (!isFresh(held)) await take('within a turn', signal);
      if (ours?.record.term !== held.record.term) throw lost();
      return AbortSignal.any([signal, ours.expiry]);
    },
    async ask(signal) {
      const found = await read(signal);
      if (!found || isWantedElsewhere(found.record)) return;
      const until = found.record.wanted?.until;
      if (until !== undefined && msUntil(until) > ASK_MS / 2 && msUntil(until) <= ASK_MS) return;
      await swap(found, { ...found.record, wanted: { by: holder, until: inMs(ASK_MS) } }, signal);
    },
    async giveBack({ changed }, signal) {
      const { record, before } = ours ?? {};
      ours = undefined;
      term = undefined;
      for (let tries = 0; record && before && tries < MOST_TRIES; tries += 1) {
        const found = await read(signal);
        if (found?.record.holder !== holder || found.record.term !== record.term) return;
        const left = changed ? { holder: '', term: record.term } : { holder: before.holder, term: before.term };
        if (await swap(found, { ...left, expires: inMs(0) }, signal)) return;
      }
    },
  };

  async function tryToTake(mode: Mode, signal: AbortSignal): Promise<number | undefined> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const found = await read(signal);
      const still = found?.record.holder === holder && found.record.term === term;
      if (found && !still && found.record.holder !== holder && lasts(found)) break;
      if (found && mode === 'begin a turn' && isWantedElsewhere(found.record)) {
        await giveUp(found, signal);
        break;
      }
      const next = still ? found.record.term : (found?.record.term ?? 0) + 1;
      const wanted = found?.record.wanted;
      const record: LeaseRecord = {
        holder,
        term: next,
        expires: inMs(durationMs),
        ...(wanted && wanted.by !== holder ? { wanted } : {}),
      };
      const etag = await swap(found, record, signal);
      if (etag === undefined) continue;
      ours = {
        etag,
        record,
        expiry: AbortSignal.timeout(durationMs),
        before: (ours?.record.term === next ? ours.before : found?.record) ?? NOBODYS,
      };
      term = next;
      return next;
    }
    ours = undefined;
    return undefined;
  }

  /** To who asked for it, if it is still there. */
  async function giveUp(found: Held, signal: AbortSignal): Promise<void> {
    const { wanted } = found.record;
    if (!wanted || found.record.holder !== holder || leftOf(found.record) <= 0) return;
    const next = { ...found.record, expires: inMs(0), wanted: { by: wanted.by, until: inMs(HANDOVER_MS) } };
    await swap(found, next, signal);
  }

  /** @returns undefined when somebody was faster. */
  async function swap(found: Held | undefined, next: LeaseRecord, signal: AbortSignal): Promise<string | undefined> {
    try {
      const only = unchangedSince(found?.etag);
      return (await state.put(LEASE_KEY, formatLease(next), { only, signal })).etag;
    } catch (error) {
      if (error instanceof Conflict) return undefined;
      ours = undefined; // it may be written all the same
      throw error;
    }
  }

  async function read(signal: AbortSignal): Promise<Held | undefined> {
    const stored = await state.get(LEASE_KEY, { signal });
    if (!stored) return undefined;
    return { etag: stored.etag, record: parseLease((await bytesOf(stored.body)).toString('utf8')) };
  }

  function isWantedElsewhere({ wanted }: LeaseRecord): boolean {
    if (wanted === undefined || wanted.by === holder) return false;
    const left = msUntil(wanted.until);
    return left > 0 && left <= 2 * ASK_MS; // else it was asked by a clock that was wrong
  }

  /** Half of it is left, by a clock that may have been set back, and by the one that can't. */
  function isFresh({ record, expiry }: Ours): boolean {
    const left = leftOf(record);
    return !expiry.aborted && left > durationMs / 2 && left <= durationMs;
  }

  /**
   * By its holder's clock, or ours, one of which may be wrong: one that lasts for longer than any is over when nobody has renewed it
   * for as long as the longest.
   */
  function lasts({ etag, record }: Held): boolean {
    if (record.holder === '') return false; // given back, by whatever clock
    const left = leftOf(record);
    if (left <= MOST_MS) return left > 0;
    if (watched?.etag !== etag) watched = { etag, since: steady() };
    return steady() - watched.since < MOST_MS;
  }

  function leftOf({ expires }: LeaseRecord): number {
    return msUntil(expires);
  }

  function msUntil(time: string): number {
    return new Date(time).getTime() - now().getTime();
  }

  function inMs(ms: number): string {
    return new Date(now().getTime() + ms).toISOString();
  }

  function lost(): LeaseLost {
    return new LeaseLost('the lease is no longer ours', { holder });
  }
}
