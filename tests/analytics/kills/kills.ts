/**
 * The kill run of the log stream: deliveries that repeat and overlap are given to load, and load, ClickHouse or both are killed (kill -9)
 * at any moment. Each delivery comes again until it is loaded once at least; then every table holds exactly what it must.
 *
 * What is delivered, and who is killed when, is thrown by a seed. How fast programs run is not.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { throwDice } from '../../support/dice.ts';
import { makeFolder, removeFolder } from '../../support/temporary-folder.ts';
import { createGiver } from './giver.ts';
import { startMachine, VICTIMS, type Victim } from './machine.ts';
import { type Delivery, type Step, stepsOf } from './plan.ts';
import { progressIn } from './progress.ts';
import { differences, totalsIn, totalsOf } from './totals.ts';

export interface KillOptions {
  readonly kills: number;
  readonly seed: number;
  /** Is told how it goes, line by line. */
  readonly say: (line: string) => void;
  /** Ends the run at the next step. */
  readonly signal?: AbortSignal;
}

export interface KillReport {
  readonly seed: number;
  readonly kills: Readonly<Partial<Record<Victim, number>>>;
  /** How much of what was on its way was in the tables after a kill. */
  readonly found: Readonly<Record<Found, number>>;
  readonly steps: Readonly<Partial<Record<Step['kind'], number>>>;
  /** Deliveries that are unlike each other, and how often one was given to load. */
  readonly deliveries: number;
  readonly tries: number;
  /** Lines of all deliveries, and those that are unlike each other. */
  readonly lines: number;
  readonly distinctLines: number;
  /** Rows by table (groups, of aggregates): all of them are as they must be. */
  readonly rows: Readonly<Record<string, number>>;
  readonly durationMs: number;
}

type Found = 'nothing' | 'some' | 'all';

/** A process that is killed often is started again ever later: then the whole machine is stopped and started. */
const IN_ONE_LIFE = 6;
/** The share of steps in which nothing is killed. */
const CALM = 0.25;
/** Of one delivery, until it is known how long loading takes here. */
const USUAL_MS = 200;
const MOST_DIFFERENCES = 20;

/** @throws an error that says after which kill what was wrong, and how to run it again. */
export async function runKills({ kills, seed, say, signal }: KillOptions): Promise<KillReport> {
  const began = performance.now();
  await using opened = new AsyncDisposableStack();
  const folder = await makeFolder();
  opened.defer(() => removeFolder(folder));
  const dice = throwDice(seed);
  let machine = await startMachine(folder);
  opened.defer(() => machine.stop());
  const giver = createGiver(() => machine.loaders);

  const killed: Partial<Record<Victim, number>> = {};
  const found: Record<Found, number> = { nothing: 0, some: 0, all: 0 };
  const steps: Partial<Record<Step['kind'], number>> = {};
  const all = new Map<Delivery['lines'], Delivery>();
  let done = 0;
  let usualMs = USUAL_MS;
  let last: Victim | undefined;

  const kill = async ({ first, shared }: Step): Promise<void> => {
    const victim: Victim = shared ? dice.pick(['clickhouse', 'both'] as const) : dice.pick(VICTIMS);
    await delay(dice.between(0, usualMs * countOf(first)));
    if ((await machine.kill(victim)) === 0) throw new Error(`there was no ${victim} to be killed`);
    done += 1;
    last = victim;
    killed[victim] = (killed[victim] ?? 0) + 1;
  };

  const take = async (step: Step): Promise<void> => {
    const { kind, first, then } = step;
    signal?.throwIfAborted();
    steps[kind] = (steps[kind] ?? 0) + 1;
    for (const { deliveries } of [first, ...then].flat())
      for (const delivery of deliveries) all.set(delivery.lines, delivery);
    const isCalm = dice.happens(CALM) || done === kills;
    await Promise.all(machine.loaders.map((loader) => loader.ready())); // so that there is somebody to kill
    const before = await progressIn(machine.client);
    const since = performance.now();
    const giving = giver.give(first);
    if (!isCalm) await kill(step);
    const loaded = await giving;
    if (isCalm) usualMs = (usualMs + (performance.now() - since) / countOf(first)) / 2;
    const cut = await progressIn(machine.client);
    for (const parcels of then) await giver.giveAll(parcels, loaded);
    if (isCalm) return;
    const after = await progressIn(machine.client);
    const what = cut === before ? 'nothing' : cut === after ? 'all' : 'some';
    found[what] += 1;
    say(`${done}/${kills} ${last}, ${kind}: ${what} of it was there`);
  };

  const check = async (): Promise<KillReport['rows']> => {
    const totals = await totalsIn(machine.client);
    const wrong = differences(totals, totalsOf([...all.keys()]));
    if (wrong.length > 0)
      throw new Error([`${wrong.length} rows are wrong:`, ...wrong.slice(0, MOST_DIFFERENCES)].join('\n'));
    say(`${done}/${kills} exact: ${totals.requests?.length} requests, ${all.size} deliveries`);
    return Object.fromEntries(Object.entries(totals).map(([table, rows]) => [table, rows.length]));
  };

  try {
    const plan = stepsOf(dice, Date.now());
    for (let life = 1; done < kills; life += 1) {
      while (done < Math.min(kills, life * IN_ONE_LIFE)) await take(plan.next().value);
      await check();
      await machine.stop();
      machine = await startMachine(folder);
    }
    for (const delivery of all.values()) await giver.giveAll([{ wrap: 'bare', deliveries: [delivery] }]);
    const rows = await check();
    const lines = [...all.keys()].flat();
    return {
      ...{ seed, kills: killed, found, steps, deliveries: all.size, tries: giver.tries() },
      ...{ lines: lines.length, distinctLines: new Set(lines).size, rows },
      durationMs: Math.round(performance.now() - began),
    };
  } catch (error) {
    signal?.throwIfAborted();
    const after = last ? `after kill ${done} (${last})` : 'before the first kill';
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`--analytics --kills ${kills} --seed ${seed}: ${after}: ${message}`, { cause: error });
  }
}

const countOf = (parcels: Step['first']): number => parcels.reduce((sum, { deliveries }) => sum + deliveries.length, 0);
