/**
 * A day of poison in the queue, among real messages: garbage, messages of other shapes and versions, hostile store paths, some as large
 * as SQS takes, paths that upstream never had, and one of which every process dies that works on it. What is good arrives; each of the
 * others is done or dead, and says why.
 */
import { join } from 'node:path';
import { formatCopyRequested } from '../../../events/copy-requested.ts';
import { storeObject, upstreamObjects } from '../../../shared/testing/store-objects.ts';
import { copycatJson } from '../../operate/copycat.ts';
import { throwDice } from '../../support/dice.ts';
import { until } from '../../support/eventually.ts';
import { directoriesIn, readHoldings } from '../../support/holdings.ts';
import { listenHostile, type Misbehave } from '../../support/hostile-upstream.ts';
import { type Mirror, startMirror } from '../../support/mirror.ts';
import { childrenOf } from '../../support/processes.ts';
import { makeFolder, removeFolder } from '../../support/temporary-folder.ts';
import { type Counted, dayOf } from './again.ts';
import { ageMessages, copiesLeft, lettersIn, sendSingly } from './copy-queue.ts';
import type { DayOptions } from './day.ts';
import { poisonBy } from './poison-messages.ts';
import { shuffled } from './queue-mischief.ts';

export const poison = dayOf({ name: 'poison', trouble: 'garbage, hostile and deadly messages are in the queue' }, live);

const MIRROR = {
  POLL_INTERVAL: '1h',
  COPY_CONCURRENCY: '10',
  COPY_PATIENCE: '20s', // short waits between tries
  COPY_PATIENCE_RECEIVES: '90',
  MIN_FREE_BYTES: '0',
};
const OBJECTS = { short: 40, long: 400 };
const RANDOM = { short: 10, long: 300 };
/** Of processes of copy, by the one message. */
const DEATHS = { short: 1, long: 6 };
const ARRIVE_MS = { short: 60_000, long: 400_000 };
/** SQS itself would move it one receive after the hundredth. */
const RECEIVES = 98;

const MOST_SHOWN = 2_000;

interface Figures {
  readonly queues: readonly {
    readonly stage: string;
    readonly waiting: number;
    readonly inFlight: number;
    readonly delayed: number;
    readonly dead: number;
    readonly reasons: readonly { readonly code: string; readonly reason: string; readonly count: number }[];
  }[];
}

interface Replayed {
  readonly stages: readonly { readonly stage: string; readonly replayed: number; readonly unreadable: number }[];
}

async function live({ seed, size, say, signal }: DayOptions): Promise<Counted> {
  const dice = throwDice(seed);
  await using opened = new AsyncDisposableStack();
  const objects = Array.from({ length: OBJECTS[size] }, (_, n) => storeObject(`good-${n}`));
  const deadly = storeObject('deadly');
  const [good = deadly] = objects;
  let mirror: Mirror | undefined;
  let isDeadly = true;
  let deaths = 0;
  const killCopies: Misbehave = ({ response, serve }) => {
    if (!isDeadly) return serve();
    deaths += 1;
    void killCopy(mirror).finally(() => response.destroy());
  };
  const upstream = await listenHostile({
    paths: objects.map(({ path }) => path),
    objects: upstreamObjects([...objects, deadly]),
    troubles: new Map([[`${deadly.hash}.narinfo`, killCopies]]),
  });
  opened.defer(() => upstream.close());
  const folder = await makeFolder();
  opened.defer(() => removeFolder(folder));
  const dataDir = join(folder, 'data');
  const environment = { ...upstream.environment, ...MIRROR, DATA_DIR: dataDir, HOME: folder };
  const buckets = directoriesIn(dataDir);
  opened.defer(async () => {
    mirror?.program.signal('SIGKILL', 'group');
    await mirror?.program.ended;
  });

  const ofCopy = async () => {
    const { queues } = await copycatJson<Figures>(['queues', '--letters', '5000'], environment);
    const found = queues.find(({ stage }) => stage === 'copy');
    if (!found) throw new Error('copy has no queue');
    return { ...found, work: found.waiting + found.inFlight + found.delayed };
  };
  const visible = async (hash: string): Promise<boolean> => (await readHoldings(buckets)).visible.has(hash);
  const worksOff = async (left: number): Promise<boolean> => {
    signal?.throwIfAborted();
    const { visible: names } = await readHoldings(buckets);
    return objects.every(({ hash }) => names.has(hash)) && (await copiesLeft(dataDir)) <= left;
  };

  mirror = await startMirror({ dataDir, environment });
  const { bodies, malformed, absent } = poisonBy(dice, good.hash, RANDOM[size]);
  await sendSingly(dataDir, shuffled([...bodies, formatCopyRequested({ hash: deadly.hash })], dice));
  await until('all but the deadly one to be done', () => worksOff(1), ARRIVE_MS[size]);
  await until('it to kill', async () => deaths >= DEATHS[size], ARRIVE_MS[size]);
  await mirror.stop();
  say(`all but one is done; ${deaths} processes have died of that one`);

  const aged = ageMessages(dataDir, RECEIVES);
  if (aged !== 1) throw new Error(`${aged} messages are left, not the deadly one alone`);
  const before = deaths;
  mirror = await startMirror({ dataDir, environment });
  await until('the deadly one to be buried', () => worksOff(0), ARRIVE_MS[size]);
  if (deaths !== before) throw new Error('it was worked on once more, and had been received often enough');

  const { dead, reasons } = await ofCopy();
  const codes = countBy(reasons);
  say(`dead by code: ${JSON.stringify(codes)}, in ${reasons.length} groups of reasons`);
  const { MALFORMED = 0, ...others } = codes;
  expectSame('what died, by code, besides what is malformed', others, { UNANSWERED: 1 });
  if (dead !== MALFORMED + 1) throw new Error(`${dead} are dead, and ${MALFORMED + 1} have a reason`);
  const wordless = reasons.filter(({ reason }) => reason.trim() === '');
  if (wordless.length > 0) throw new Error(`died for no reason: ${JSON.stringify(wordless)}`);
  const { unavailable } = await readHoldings(buckets);
  const written = Object.fromEntries(unavailable.map(({ hash, reason }) => [hash, reason]));
  const due = [...absent.map((hash) => [hash, 'missing'] as const), [deadly.hash, 'failing'] as const];
  expectSame('what is unavailable', written, Object.fromEntries(due));

  isDeadly = false;
  const { stages } = await copycatJson<Replayed>(['replay', 'dead-letters'], environment);
  const replayed = stages.find(({ stage }) => stage === 'copy');
  expectSame('what was replayed', { ...replayed }, { ...replayed, replayed: 1, unreadable: MALFORMED });
  await until('what was deadly to arrive', () => visible(deadly.hash), ARRIVE_MS[size]);
  await until('the queue to be empty', async () => (await copiesLeft(dataDir)) === 0, ARRIVE_MS[size]);
  const after = await ofCopy();
  expectSame('what is dead after a replay', countBy(after.reasons), { MALFORMED });
  const code = await mirror.stop();
  if (code !== 0) throw new Error(`it was asked to stop, and ended with ${code}`);
  // One that was buried by a process that died before it had answered is there twice.
  expectSame('the dead letters', beginningsOf(lettersIn(dataDir)), beginningsOf(malformed));
  return {
    dead: codes,
    done: { visible: objects.length + 1, missing: absent.length },
    processes: { killed: deaths },
  };
}

async function killCopy(mirror: Mirror | undefined): Promise<void> {
  const children = mirror ? await childrenOf(mirror.program.pid) : [];
  for (const { pid, command } of children)
    if (command.some((argument) => argument.includes('"name":"copy"'))) process.kill(pid, 'SIGKILL');
}

/** Of each, once: what is as large as can be was cut, to have room for its reason. */
const beginningsOf = (bodies: readonly string[]): readonly string[] =>
  [...new Set(bodies.map((body) => body.slice(0, 400_000)))].sort();

function countBy(reasons: readonly { readonly code: string; readonly count: number }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code, count } of reasons) counts[code] = (counts[code] ?? 0) + count;
  return counts;
}

function expectSame(what: string, found: object, expected: object): void {
  const [one = '', other = ''] = [found, expected].map((value) => JSON.stringify(Object.entries(value).sort()));
  if (one !== other) throw new Error(`${what}: ${one.slice(0, MOST_SHOWN)}, and not ${other.slice(0, MOST_SHOWN)}`);
}
