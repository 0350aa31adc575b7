/**
 * A day that begins with tens of thousands of messages in the queue, most of them again and again about the same store paths, and many
 * about what upstream does not have. The mirror is killed twice while it works them off, and no process of it grows.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { formatCopyRequested } from '../../../events/copy-requested.ts';
import { narInfoKey } from '../../../shared/nix/cache-object.ts';
import type { StorePathHash } from '../../../shared/nix/store-path.ts';
import { pathNamed, type StoreObject, storeObject } from '../../../shared/testing/store-objects.ts';
import { type Dice, throwDice } from '../../support/dice.ts';
import { until } from '../../support/eventually.ts';
import { type Buckets, bytesAt, directoriesIn, readHoldings } from '../../support/holdings.ts';
import { peaksInWords, watchMemory } from '../../support/memory.ts';
import { launch, stop, untilReady } from '../../support/mirror.ts';
import type { Program } from '../../support/program.ts';
import { makeFolder, removeFolder } from '../../support/temporary-folder.ts';
import { layOutLedger, readLedger } from '../ledger.ts';
import { type Counted, dayOf } from './again.ts';
import { COPY_QUEUE, copiesLeft, fillCopyQueue } from './copy-queue.ts';
import type { DayOptions } from './day.ts';
import { listenSmallObjects } from './small-objects.ts';

export const backlog = dayOf(
  { name: 'backlog', trouble: 'tens of thousands of messages wait, and it is killed while it works them off' },
  live,
);

const MESSAGES = { short: 3_000, long: 50_000 };
const OBJECTS = { short: 150, long: 2_000 };
const ABSENT = { short: 40, long: 500 };
/** Of messages, those about what upstream does not have. */
const ABOUT_ABSENT = 0.2;
const LISTED = 50;
const MIRROR = { COPY_CONCURRENCY: '20', POLL_INTERVAL: '1h', MIN_FREE_BYTES: '0', LOG_LEVEL: 'error' };
/** It is killed when so much of the backlog is left. */
const KILLED_AT = [0.7, 0.35];
const MOST_MIB = 300;
const WORKED_OFF_MS = { short: 120_000, long: 1_800_000 };
/** Let it do something before it is looked at; a look costs the queue a request. */
const LOOK_EVERY_MS = 300;

async function live({ seed, size, say, signal }: DayOptions): Promise<Counted> {
  const dice = throwDice(seed);
  await using opened = new AsyncDisposableStack();
  const objects = Array.from({ length: OBJECTS[size] }, (_, n) => storeObject(`small-${n}`));
  const absent = Array.from({ length: ABSENT[size] }, (_, n) => pathNamed(`absent-${n}`).hash);
  const upstream = await listenSmallObjects(
    objects,
    objects.slice(0, LISTED).map(({ path }) => path),
  );
  opened.defer(() => upstream.close());
  const folder = await makeFolder();
  opened.defer(() => removeFolder(folder));
  const dataDir = join(folder, 'data');
  await layOutLedger(dataDir);
  await fillCopyQueue(dataDir, messages(MESSAGES[size], [objects.map(({ hash }) => hash), absent], dice));
  say(`backlog: ${MESSAGES[size]} messages wait`);
  const memory = watchMemory(dataDir);
  opened.defer(() => memory.stop());

  let program: Program | undefined;
  opened.defer(async () => {
    program?.signal('SIGKILL', 'group');
    await program?.ended;
  });
  const start = async (): Promise<Program> => {
    program = launch({ dataDir, environment: { ...upstream.environment, ...MIRROR } });
    await untilReady(program);
    return program;
  };
  const isDownTo = (most: number) => async (): Promise<boolean> => {
    signal?.throwIfAborted();
    await delay(LOOK_EVERY_MS);
    return (await copiesLeft(dataDir)) <= most;
  };
  for (const share of KILLED_AT) {
    const one = await start();
    await until('some to be worked off', isDownTo(MESSAGES[size] * share), WORKED_OFF_MS[size]);
    one.signal('SIGKILL', 'group');
    await one.ended;
    say(`backlog: killed with some ${Math.round(share * 100)} % left`);
  }
  const last = await start();
  await until('all to be worked off', isDownTo(0), WORKED_OFF_MS[size]);
  const buckets = directoriesIn(dataDir);
  const allVisible = async (): Promise<boolean> => (await readHoldings(buckets)).visible.size === objects.length;
  await until('all that upstream has to be visible', allVisible, WORKED_OFF_MS.short);
  await until('what publish asked for to be done', isDownTo(0), WORKED_OFF_MS.short);
  const code = await stop(last);
  if (code !== 0) throw new Error(`it was asked to stop, and ended with ${code}`);
  await memory.stop();
  say(`backlog: worked off; most memory (MiB): ${peaksInWords(memory.peaks).slice(0, 200)}`);

  const broken = [
    ...(await differences(buckets, objects)),
    ...(await unexplained(buckets, absent)),
    ...tooLarge(memory.peaks),
  ];
  const ledger = readLedger(dataDir);
  const sent = ledger.filter(({ queue }) => queue === COPY_QUEUE);
  const left = sent.filter(({ gone }) => !gone).length;
  if (sent.length < MESSAGES[size]) broken.push(`${sent.length} messages were sent, of ${MESSAGES[size]}`);
  if (left > 0) broken.push(`${left} messages are left`);
  if (ledger.length > sent.length) broken.push(`${ledger.length - sent.length} messages were buried`);
  if (broken.length > 0) throw new Error(broken.slice(0, 40).join('\n'));
  return {
    messages: { sent: sent.length, done: sent.length - left, dead: 0, receivedAgain: sent.filter(isAgain).length },
    storePaths: { visible: objects.length, missing: absent.length },
    upstream: { requests: upstream.asked() },
    memory: { mostMiB: Math.max(...memory.peaks.values()), processes: memory.peaks.size },
  };
}

const isAgain = ({ receives }: { readonly receives: number }): boolean => receives > 1;

function* messages(
  count: number,
  [good, absent]: readonly [readonly StorePathHash[], readonly StorePathHash[]],
  dice: Dice,
): Generator<string, undefined> {
  const all = [...good, ...absent]; // each once at least
  for (let n = 0; n < count; n += 1) {
    const among = dice.happens(ABOUT_ABSENT) ? absent : good;
    const hash = all[n] ?? among[Math.floor(dice.between(0, among.length))];
    if (hash !== undefined) yield formatCopyRequested({ hash });
  }
  return undefined;
}

async function differences({ bucket }: Buckets, objects: readonly StoreObject[]): Promise<string[]> {
  const different: string[] = [];
  for (const { hash, narInfo, narKey, narFile } of objects) {
    if ((await bytesAt(bucket, narInfoKey(hash)))?.toString('utf8') !== narInfo)
      different.push(`the narinfo of ${hash} is not upstream's`);
    if (!(await bytesAt(bucket, narKey))?.equals(narFile)) different.push(`${narKey} is not upstream's`);
  }
  return different;
}

async function unexplained(buckets: Buckets, absent: readonly StorePathHash[]): Promise<string[]> {
  const { unavailable, staged } = await readHoldings(buckets);
  const reasons = new Map<string, string>(unavailable.map(({ hash, reason }) => [hash, reason]));
  const others = unavailable.filter(({ hash }) => !absent.includes(hash)).map(({ hash }) => `${hash} is unavailable`);
  const silent = absent
    .filter((hash) => reasons.get(hash) !== 'missing')
    .map((hash) => `nothing says why ${hash} is not here`);
  return [...others, ...silent, ...staged.map((key) => `${key} is still there`)];
}

const tooLarge = (peaks: ReadonlyMap<string, number>): string[] =>
  [...peaks].filter(([, mib]) => mib > MOST_MIB).map(([name, mib]) => `${name} has grown to ${mib} MiB`);
