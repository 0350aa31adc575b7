/**
 * The course of every hard day: a new mirror, whose every message is written down and that says all it does; a visitor who asks for
 * narinfos all the while; the day's own trouble, and its end. Then it becomes complete by itself, and is looked at: nothing lacking,
 * nothing left over, every invariant, every message accounted for, and no narinfo answered with a 5xx or not at all.
 */
import { fileURLToPath } from 'node:url';
import type { Environment } from '../../../shared/config/env.ts';
import { type Dice, throwDice } from '../../support/dice.ts';
import { stop, untilReady } from '../../support/mirror.ts';
import type { Program } from '../../support/program.ts';
import { hashOf, lastStep } from '../../support/reference-upstream.ts';
import type { World } from '../../support/world.ts';
import { type Account, accountForAll, linesOf } from '../accounted.ts';
import { MIRROR } from '../chaos.ts';
import { layOutLedger } from '../ledger.ts';
import { becomeComplete, leaveNothing, nothingIsLeft, serveAll } from '../promises.ts';
import { sendVisitor } from '../visitor.ts';
import type { DayOptions, DayReport } from './day.ts';

export interface Lived {
  readonly world: World;
  readonly program: Program;
  /** Where it serves. */
  readonly url: string;
  readonly dice: Dice;
}

export type Counts = Readonly<Record<string, number>>;

export interface Course extends Omit<DayOptions, 'shared' | 'minio'> {
  /** The day's name. */
  readonly day: string;
  readonly world: World;
  /** What the mirror is told besides what every mirror of a chaos run is told. */
  readonly environment?: Environment;
  /** Codes of failures that the trouble explains. */
  readonly codes: readonly string[];
  /** How many messages may die of it, each with its reason. Default: any number. */
  readonly mostDead?: number;
  /** Lives through the trouble to its end, and answers what there was of it, by kind. */
  readonly trouble: (lived: Lived) => Promise<Counts>;
}

const TALKING = fileURLToPath(new URL('../../support/talking-mirror.ts', import.meta.url));
const LAST_WORDS = 4_000;

/** @throws what did not hold, and how to live the day again. */
export async function liveThrough(course: Course): Promise<DayReport> {
  const { day, seed, size, world, signal, say } = course;
  const began = performance.now();
  let program: Program | undefined;
  try {
    await layOutLedger(world.dataDir);
    const environment = { ...MIRROR, LOG_LEVEL: 'debug', ...course.environment };
    program = world.launch(environment, TALKING);
    const { counts, account } = await liveAndLook(course, program);
    if (size === 'short' && account.waiting === 0) await nothingIsLeft(world, account.dead);
    else await leaveNothing(world, { ...environment, LOG_LEVEL: 'info' }, account.dead);
    say(`${day}: nothing is left over, and every message is accounted for`);
    return { day, seed, durationMs: Math.round(performance.now() - began), counts };
  } catch (error) {
    signal?.throwIfAborted();
    const words = program ? `${program.out()}${wordsOf(program)}`.slice(-LAST_WORDS) : '';
    const again = `--days ${day}${size === 'short' ? ' --short' : ''} --seed ${seed}`;
    throw new Error(`${again}: ${error instanceof Error ? error.message : error}\n${words}`, { cause: error });
  }
}

interface Looked {
  readonly counts: DayReport['counts'];
  readonly account: Account;
}

async function liveAndLook(course: Course, program: Program): Promise<Looked> {
  const { day, seed, world, codes, mostDead = Number.POSITIVE_INFINITY, trouble, say } = course;
  const { reference, upstream, dataDir } = world;
  const url = await untilReady(program);
  const visitor = sendVisitor([...reference.paths.keys()].map(hashOf));
  try {
    visitor.visit(url);
    const troubles = await trouble({ world, program, url, dice: throwDice(seed) });
    say(`${day}: the trouble is over: ${JSON.stringify(troubles)}`);
    for (let step = 0; step < lastStep(reference); step += 1) await upstream.advance();
    const quietSince = performance.now();
    await becomeComplete(world);
    say(`${day}: complete after ${Math.round((performance.now() - quietSince) / 1000)} s`);
    await serveAll(world, url);
    visitor.visit(undefined);
    const narInfos = visitor.statuses();
    await endWell(program);
    refuseBadAnswers(narInfos);
    const account = accountForAll({ dataDir, lines: linesOf(program), codes: new Set(codes) });
    if (account.dead > mostDead) throw new Error(`${account.dead} messages died: ${JSON.stringify(account)}`);
    const { failures, ...messages } = account;
    return { counts: { troubles, failures, messages, narInfos }, account };
  } finally {
    await visitor.leave();
  }
}

async function endWell(program: Program): Promise<void> {
  const code = await stop(program);
  if (code !== 0) throw new Error(`it was asked to stop, and ended with ${code}`);
}

/** Nobody was killed, so each question has its answer. */
function refuseBadAnswers(narInfos: Counts): void {
  if (Object.keys(narInfos).some((status) => status === 'none' || Number(status) >= 500))
    throw new Error(`narinfos were answered with a 5xx, or not at all: ${JSON.stringify(narInfos)}`);
}

/** What matters of all that it said, for who looks why it failed. */
const wordsOf = (program: Program): string =>
  linesOf(program)
    .filter(({ level }) => level === 'warn' || level === 'error')
    .map((line) => JSON.stringify(line))
    .join('\n');
