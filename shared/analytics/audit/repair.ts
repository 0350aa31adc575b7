/**
 * Makes a day exact again: no event twice, and aggregates that are what its requests come to. It may be cut anywhere and run again: no
 * row is ever away that belongs there, each table goes from its old sums to the right ones at once, and nothing is left lying about.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { RepairRefused } from '../../errors.ts';
import { dayOf } from '../queries/range.ts';
import { type AuditDeps, type AuditOfDay, audit } from './audit.ts';
import type { Changed } from './change.ts';
import { correct, mergeDay } from './correction.ts';
import { dayAfter, firstWholeDay } from './days.ts';
import { removeSurplus, surplusOf } from './surplus.ts';
import { AGGREGATES, EVENT_TABLES } from './tables.ts';

export interface RepairWanted {
  readonly day: string;
  /** Also a day that loads may still bring requests of. */
  readonly force: boolean;
  /** Says what is wrong, and leaves it so. */
  readonly dryRun: boolean;
}

export interface Repair {
  readonly day: string;
  /** Rows that went, or would go, by table. */
  readonly surplus: Readonly<Record<string, number>>;
  /** Keys that were made right, by aggregate. A dry run does not know them: they depend on what is left of requests. */
  readonly corrected: Readonly<Record<string, number>>;
  /** As the day is now. */
  readonly audited: AuditOfDay;
}

export interface RepairDeps extends AuditDeps {
  readonly client: Changed;
}

/** What a load brings while the day is made right is found by the audit after it, and then it is made right once more. */
const ROUNDS = 4;
const AGAIN_MS = 2_000;

/** @throws {RepairRefused} */
export async function repair(
  { day, force, dryRun }: RepairWanted,
  deps: RepairDeps,
  signal: AbortSignal,
): Promise<Repair> {
  requireRepairable(day, force, deps.now());
  const surplus: Record<string, number> = {};
  const corrected: Record<string, number> = {};
  if (dryRun) {
    for (const table of EVENT_TABLES) add(surplus, table, await surplusOf(table, day, deps.client, signal));
    return { day, surplus, corrected, audited: await auditOf(day, deps, signal) };
  }
  for (let round = 1; ; round += 1) {
    for (const table of EVENT_TABLES) add(surplus, table, await removeSurplus(table, day, deps.client, signal));
    for (const aggregate of AGGREGATES)
      add(corrected, aggregate.table, await correct(aggregate, day, deps.client, signal));
    for (const aggregate of AGGREGATES) await mergeDay(aggregate, day, deps.client, signal); // also what a cut run left
    const audited = await auditOf(day, deps, signal);
    if (audited.differences.length === 0 || round === ROUNDS) return { day, surplus, corrected, audited };
    await wait(deps.againMs ?? AGAIN_MS, undefined, { signal });
  }
}

function requireRepairable(day: string, force: boolean, now: Date): void {
  const today = dayOf(now);
  if (day > today) throw new RepairRefused(`${day} has not begun`, { day });
  if (day < firstWholeDay(now))
    throw new RepairRefused(`requests of ${day} may be gone already: its aggregates are all that is left of them`, {
      day,
    });
  if (day >= dayAfter(today, -1) && !force)
    throw new RepairRefused(`loads may still bring requests of ${day}; wait until it is two days old, or use --force`, {
      day,
    });
}

async function auditOf(day: string, deps: RepairDeps, signal: AbortSignal): Promise<AuditOfDay> {
  const [audited] = await audit([day], deps, signal);
  if (!audited) throw new RangeError('a day was not audited');
  return audited;
}

function add(to: Record<string, number>, table: string, number: number): void {
  if (number > 0) to[table] = (to[table] ?? 0) + number;
}
