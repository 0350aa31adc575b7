/**
 * Asks for many store paths at once: what of them is not here. Only copy is asked, names are publish's: what they refer to and is not here
 * it asks for itself, once they are staged.
 *
 * It can be cut anywhere and run again: how far it has asked is written down, and what has been asked for is not asked for again while the
 * queue still holds messages. Once the queue is empty, what is not here has been lost, and is.
 */
import { type Backfill, backfillId, backfillKey, formatBackfill, parseBackfill } from '../../events/backfill.ts';
import { readable } from '../../events/record.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import type { ReleasePrefix } from '../../shared/nix/release.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import type { Queue } from '../../shared/queue/queue.ts';
import { askFor } from './ask.ts';
import { type AskPlan, planAsk } from './ask-plan.ts';
import { lookUp } from './standings.ts';

/** Store paths that are wanted, with the release on whose account. */
export type Wanted = ReadonlyMap<StorePathHash, ReleasePrefix | undefined>;

export interface BackfillDeps {
  readonly bucket: Pick<Bucket, 'head'>;
  readonly state: Pick<Bucket, 'head' | 'get' | 'put' | 'list'>;
  readonly queue: Pick<Queue, 'sendAll' | 'depth'>;
  /** What releases under way have asked for. */
  readonly underWay: (signal: AbortSignal) => Promise<Pick<ReadonlySet<StorePathHash>, 'has'>>;
  readonly now: () => Date;
  readonly onLooked?: (looked: number) => void;
  readonly onAsked?: (asked: number) => void;
}

export interface BackfillOptions {
  /** Also what is known to be unavailable and not due. */
  readonly force: boolean;
  /** Also what has been asked for before. */
  readonly again: boolean;
  readonly limit: number;
}

export interface BackfillPlan extends AskPlan {
  readonly id: string;
  /** The run that was cut, or had a limit, and that this one continues. */
  readonly earlier: Backfill | undefined;
  /** Messages in the queue. */
  readonly waiting: number;
}

export async function planBackfill(
  wanted: Wanted,
  { force, again, limit }: BackfillOptions,
  deps: BackfillDeps,
  signal: AbortSignal,
): Promise<BackfillPlan> {
  const id = backfillId([...wanted.keys()].sort());
  const standings = await lookUp(
    wanted.keys(),
    { ...deps, ...(deps.onLooked ? { onProgress: deps.onLooked } : {}) },
    signal,
  );
  const depth = await deps.queue.depth(signal);
  const waiting = depth.waiting + depth.inFlight + depth.delayed;
  const counts = waiting > 0 && !again;
  const earlier = counts ? readable(parseBackfill, await getText(deps.state, backfillKey(id), signal)) : undefined;
  const underWay = counts ? await deps.underWay(signal) : new Set<StorePathHash>();
  const askedBefore = (hash: StorePathHash): boolean =>
    underWay.has(hash) || earlier?.done === true || (earlier?.upTo !== undefined && hash <= earlier.upTo);
  return { ...planAsk(standings, { force, limit, askedBefore, now: deps.now() }), id, earlier, waiting };
}

/** @returns how many were asked for: all, unless the signal ended it. */
export async function runBackfill(
  plan: BackfillPlan,
  wanted: Wanted,
  { rate }: { readonly rate: number },
  deps: BackfillDeps,
  signal: AbortSignal,
): Promise<number> {
  const { id, earlier, ask, beyond } = plan;
  const began = earlier?.began ?? deps.now().toISOString();
  const before = earlier?.asked ?? 0;
  const note = async (asked: number, upTo: StorePathHash): Promise<void> => {
    const done = asked === ask.length && beyond === 0;
    const at = deps.now().toISOString();
    const record: Backfill = { id, paths: wanted.size, asked: before + asked, upTo, began, at, done };
    await deps.state.put(backfillKey(id), formatBackfill(record));
  };
  return askFor(
    plan,
    {
      ...deps,
      rate,
      releaseOf: (hash) => wanted.get(hash),
      async onAsked(asked, last) {
        await note(asked, last);
        deps.onAsked?.(asked);
      },
    },
    signal,
  );
}
