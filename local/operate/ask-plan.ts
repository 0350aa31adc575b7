/** Which store paths copy is to be asked for, and why not the others. Pure. */
import type { PathUnavailable, Reason } from '../../events/path-unavailable.ts';
import type { StorePathHash } from '../../shared/nix/store-path.ts';
import type { Standings } from './standings.ts';

export interface AskPlan {
  /** Store paths that were named. */
  readonly named: number;
  readonly visible: number;
  readonly staged: number;
  /** Known to be unavailable and not due, by reason: copy would not try them. */
  readonly notDue: Readonly<Partial<Record<Reason, number>>>;
  /** Asked for before, and still waiting in the queue for all that is known. */
  readonly underWay: number;
  /** Beyond the limit. */
  readonly beyond: number;
  /** In the order of their hashes. */
  readonly ask: readonly StorePathHash[];
  /** Of these, the ones that are not due: copy is told to try them now. */
  readonly notDueYet: ReadonlySet<StorePathHash>;
}

export interface AskOptions {
  /** Also what is not due. */
  readonly force: boolean;
  readonly limit: number;
  /** What has been asked for before and need not be again. */
  readonly askedBefore: (hash: StorePathHash) => boolean;
  readonly now: Date;
}

export function planAsk({ visible, staged, unavailable, absent }: Standings, options: AskOptions): AskPlan {
  const { force, limit, askedBefore, now } = options;
  const notDue: Partial<Record<Reason, number>> = {};
  const notDueYet = new Set<StorePathHash>();
  const wanted: StorePathHash[] = [];
  let underWay = 0;
  for (const hash of [...absent, ...unavailable.keys()]) {
    const record = unavailable.get(hash);
    const waits = record !== undefined && !isDue(record, now);
    if (waits && !force) notDue[record.reason] = (notDue[record.reason] ?? 0) + 1;
    else if (askedBefore(hash)) underWay += 1;
    else {
      wanted.push(hash);
      if (waits) notDueYet.add(hash);
    }
  }
  const ask = wanted.sort().slice(0, limit);
  for (const hash of wanted.slice(limit)) notDueYet.delete(hash);
  return {
    named: visible + staged + unavailable.size + absent.length,
    ...{ visible, staged, notDue, underWay, notDueYet, ask },
    beyond: wanted.length - ask.length,
  };
}

/** Whether copy would try it (functions/copy/copy-store-path.ts): `failing` says nothing about the path. */
export const isDue = ({ reason, next }: Pick<PathUnavailable, 'reason' | 'next'>, now: Date): boolean =>
  reason === 'failing' || new Date(next) <= now;
