/**
 * Proves, day by day, that nothing was counted twice and nothing left out: each event is there once, and each sum of each aggregate is
 * what the requests of that day come to.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Asked } from '../queries/ask.ts';
import { firstWholeDay } from './days.ts';
import { expectedOf } from './expected.ts';
import { eventsIn, type HeldByDay, heldBy } from './held.ts';
import { AGGREGATES, EVENT_TABLES } from './tables.ts';

/** `copies`, `rows`: there are 5 where 4 would be right. */
export interface Difference {
  readonly table: string;
  readonly sum: string;
  readonly right: number;
  readonly found: number;
}

export interface AuditOfDay {
  readonly day: string;
  /** False: requests of that day may be gone already, so that aggregates can't be held against them. */
  readonly checkable: boolean;
  /** Each once. */
  readonly requests: number;
  readonly differences: readonly Difference[];
}

export interface AuditDeps {
  readonly client: Asked;
  readonly now: () => Date;
  /** Between looks at a day that differs. */
  readonly againMs?: number;
  /** Hears of each day. */
  readonly onDay?: (audited: AuditOfDay) => void;
}

/** A load may be under way between two questions of one audit: days that differ are looked at again, so often in all. */
const LOOKS = 4;
const AGAIN_MS = 1_500;

/**
 * @param days oldest first, without a gap.
 * @returns them in this order; those that differ are told last.
 */
export async function audit(days: readonly string[], deps: AuditDeps, signal: AbortSignal): Promise<AuditOfDay[]> {
  const { onDay, againMs = AGAIN_MS } = deps;
  const audited = new Map<string, AuditOfDay>();
  for (let [look, left] = [1, days]; left.length > 0; look += 1) {
    if (look > 1) await wait(againMs, undefined, { signal });
    const held = await heldOf(left, deps, signal);
    const differ: string[] = [];
    for (const day of left) {
      const found = await compare(day, held, deps, signal);
      audited.set(day, found);
      if (found.differences.length > 0 && look < LOOKS) differ.push(day);
      else onDay?.(found);
    }
    left = differ;
  }
  return [...audited.values()];
}

type Held = ReadonlyMap<string, HeldByDay>;

async function heldOf(days: readonly string[], { client }: AuditDeps, signal: AbortSignal): Promise<Held> {
  const asked = { first: days[0] ?? '', last: days.at(-1) ?? '' };
  const held = new Map<string, HeldByDay>();
  for (const aggregate of AGGREGATES) held.set(aggregate.table, await heldBy(aggregate, asked, client, signal));
  for (const table of EVENT_TABLES)
    if (table !== 'requests') held.set(table, await eventsIn(table, asked, client, signal));
  return held;
}

async function compare(day: string, held: Held, { client, now }: AuditDeps, signal: AbortSignal): Promise<AuditOfDay> {
  const { rows, ids, sums } = await expectedOf(day, client, signal);
  const differences: Difference[] = [];
  const hold = (table: string, sum: string, right: number, found: number): void => {
    if (right !== found) differences.push({ table, sum, right, found });
  };
  hold('requests', 'rows', ids, rows);
  const checkable = day >= firstWholeDay(now());
  if (checkable)
    for (const [table, rights] of Object.entries(sums))
      for (const [sum, right] of Object.entries(rights)) hold(table, sum, right, held.get(table)?.get(day)?.[sum] ?? 0);
  for (const table of EVENT_TABLES) {
    const events = held.get(table)?.get(day);
    if (events) hold(table, 'rows', events.ids ?? 0, events.rows ?? 0);
  }
  return { day, checkable, requests: ids, differences };
}
