/**
 * The chaos run: a mirror of channels that move is killed (kill -9) again and again, one process of it or all, while upstream
 * fails at random and, where its buckets are on MinIO, MinIO is killed as well. Whenever it is down every invariant must hold.
 * In the end nobody helps it but its own runtime, and nothing may be lost.
 *
 * What is thrown is thrown by a seed: kills, faults and waits come again with it. How fast programs run does not.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { startMinio } from '../services/minio.ts';
import { createPlace } from '../services/s3-place.ts';
import { throwDice } from '../support/dice.ts';
import { until } from '../support/eventually.ts';
import { readHoldings } from '../support/holdings.ts';
import { stop, untilReady } from '../support/mirror.ts';
import type { Program } from '../support/program.ts';
import { hashOf, lastStep } from '../support/reference-upstream.ts';
import { openWorld } from '../support/world.ts';
import { becomeComplete, holdWhileDown, leaveNothing, serveAll } from './promises.ts';
import { deckOfChildren, deckOfWhole, killChild, killWhole, type Victim } from './victims.ts';
import { sendVisitor } from './visitor.ts';
import { startWeather } from './weather.ts';

export interface ChaosOptions {
  /** The reference folder. */
  readonly shared: string;
  readonly kills: number;
  readonly seed: number;
  /** The program; undefined: the buckets are directories. */
  readonly minio: string | undefined;
  /** Is told how it goes, line by line. */
  readonly say: (line: string) => void;
  /** Ends the run at the next kill. */
  readonly signal?: AbortSignal;
}

export interface ChaosReport {
  readonly seed: number;
  readonly storage: 'file' | 'minio';
  readonly kills: Readonly<Partial<Record<Victim, number>>>;
  /** How often the program was started. */
  readonly starts: number;
  /** How often MinIO was killed. */
  readonly storageKills: number;
  readonly faultFlips: number;
  /** Store paths that were visible whenever it was down, and that were staged. */
  readonly visible: readonly number[];
  readonly staged: readonly number[];
  /** Narinfos asked for meanwhile, by status; `none`: nobody answered. */
  readonly narInfos: Readonly<Record<string, number>>;
  /** From the last kill until nothing was lacking. */
  readonly completeAfterMs: number;
  /** Uploads in parts that nobody will finish: the bucket's lifecycle rule takes them away. */
  readonly unfinishedUploads: number;
  readonly durationMs: number;
}

/** Slow enough that there is work to do all the while; now and then a 503, or a NAR that breaks off. */
const UPSTREAM = ['--latency-ms', '30', '--kbps', '800', '--rate-503', '0.03', '--rate-reset', '0.05'];
export const MIRROR = {
  POLL_INTERVAL: '1s',
  RETRY_UNAVAILABLE_AFTER: '1s',
  COPY_CONCURRENCY: '12', // two processes
  COPY_PATIENCE: '20s', // short waits between tries, and
  COPY_PATIENCE_RECEIVES: '90', // so many of them that nothing is given up
};
const BUCKETS = 'chaos';
/** The share of lives that end before it is ready. */
const STARTING = 0.25;
const STARTING_MS = [200, 2_000] as const;
const BETWEEN_MS = [200, 2_500] as const;
/** Kills in one life of the program, the last of which ends it. */
const IN_ONE_LIFE = [2, 7] as const;
/** Kills in its last life, none of which ends it. */
const IN_THE_LAST = 4;
/** The share of kills after which upstream has nothing bad any more: what it lacked for long is asked for ever later. */
const STORMY = 0.6;
/** Before the first names there is little to break: one that is ready is left alone until then. */
const FIRST_NAMES_MS = 60_000;
const LAST_WORDS = 4_000;

/** @throws an error that says after which kill what did not hold, and how to run it again. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { shared, kills, seed, say, signal } = options;
  const storage = options.minio === undefined ? 'file' : 'minio';
  const began = performance.now();
  await using opened = new AsyncDisposableStack();
  const minio = options.minio === undefined ? undefined : await startMinio(options.minio);
  opened.defer(async () => minio?.close());
  const world = await openWorld(shared, UPSTREAM, minio && (await createPlace(minio, BUCKETS)));
  opened.defer(() => world.close());
  const { reference, upstream } = world;

  const dice = throwDice(seed);
  const [whole, children] = [deckOfWhole(dice), deckOfChildren(dice)];
  const [kind = '', ...kinds] = new Set(reference.faults.map((fault) => fault.kind));
  const weather = await startWeather({ upstream, kinds: [kind, ...kinds], minio, dice });
  opened.defer(() => weather.storage());
  const visitor = sendVisitor([...reference.paths.keys()].map(hashOf));
  opened.defer(() => visitor.leave());

  const killed: Partial<Record<Victim, number>> = {};
  const visible: number[] = [];
  const staged: number[] = [];
  let done = 0;
  let starts = 0;
  let last: { readonly victim: Victim; readonly program: Program } | undefined;

  const launch = (): Program => {
    starts += 1;
    return world.launch(MIRROR);
  };

  const count = async (victim: Victim, program: Program): Promise<void> => {
    last = { victim, program };
    done += 1;
    killed[victim] = (killed[victim] ?? 0) + 1;
    say(`${storage} ${done}/${kills} ${victim}`);
    signal?.throwIfAborted();
    await weather.change();
    if (done === Math.ceil(kills * STORMY)) await weather.clearUp();
    if (done % Math.ceil(kills / (lastStep(reference) + 1)) === 0) await upstream.advance();
  };

  const killOne = async (program: Program): Promise<void> => {
    await delay(dice.between(...BETWEEN_MS));
    const victim = children.deal();
    await killChild(program, victim, dice);
    await count(victim, program);
  };

  const hasNames = async (): Promise<boolean> => (await readHoldings(world.buckets)).visible.size > 0;

  /** Some die while they start; most while they work, and those have lost single processes before. */
  const liveAndDie = async (): Promise<void> => {
    const program = launch();
    const singles = Math.min(Math.floor(dice.between(...IN_ONE_LIFE)), kills - done - IN_THE_LAST) - 1;
    if (dice.happens(STARTING)) await delay(dice.between(...STARTING_MS));
    else {
      visitor.visit(await untilReady(program));
      if (visible.every((count) => count === 0)) await until('the first names', hasNames, FIRST_NAMES_MS);
      for (let single = 0; single < singles; single += 1) await killOne(program);
      await delay(dice.between(...BETWEEN_MS));
    }
    const victim = whole.deal();
    killWhole(program, victim);
    const code = await program.ended;
    visitor.visit(undefined);
    await count(victim, program);
    if (code !== null) throw new Error(`it had ended by itself, with ${code}`);
    await weather.storage();
    const held = await holdWhileDown(world);
    visible.push(held.visible);
    staged.push(held.staged);
    say(`${storage} ${done}/${kills} holds; ${held.visible} store paths are visible, ${held.staged} staged`);
  };

  /** The last life: single processes die, then nothing does, and all that was lost comes back. */
  const liveOn = async (): Promise<ChaosReport> => {
    const program = launch();
    const url = await untilReady(program);
    visitor.visit(url);
    while (done < kills) await killOne(program);
    await weather.clearUp();
    await weather.storage();
    for (let step = 0; step <= lastStep(reference); step += 1) await upstream.advance();
    const quietSince = performance.now();
    await becomeComplete(world);
    const completeAfterMs = Math.round(performance.now() - quietSince);
    say(`${storage} ${done}/${kills} complete after ${Math.round(completeAfterMs / 1000)} s`);
    await serveAll(world, url);
    visitor.visit(undefined);
    const narInfos = visitor.statuses();
    if (Object.keys(narInfos).some((status) => Number(status) >= 500))
      throw new Error(`narinfos were answered with a 5xx: ${JSON.stringify(narInfos)}`);
    const code = await stop(program);
    if (code !== 0) throw new Error(`it was asked to stop, and ended with ${code}`);
    await leaveNothing(world, MIRROR);
    const uploads = await minio?.client.send(new ListMultipartUploadsCommand({ Bucket: `${BUCKETS}-cache` }));
    return {
      ...{ seed, storage, kills: killed, starts, ...weather.figures(), visible, staged, narInfos, completeAfterMs },
      unfinishedUploads: uploads?.Uploads?.length ?? 0,
      durationMs: Math.round(performance.now() - began),
    };
  };

  try {
    while (kills - done > IN_THE_LAST) await liveAndDie();
    return await liveOn();
  } catch (error) {
    signal?.throwIfAborted();
    const after = last ? `after kill ${done} (${last.victim})` : 'before the first kill';
    const words = last ? `${last.program.out()}${last.program.errors()}`.slice(-LAST_WORDS) : '';
    const again = `--storage ${storage} --kills ${kills} --seed ${seed}`;
    throw new Error(`${again}: ${after}: ${error instanceof Error ? error.message : error}\n${words}`, {
      cause: error,
    });
  }
}
