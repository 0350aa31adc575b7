/**
 * A day on which every message comes several times, in any order, late, and after it is done. Each store path ends here once, as upstream
 * has it, and nothing dies of it.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { formatCopyRequested } from '../../../events/copy-requested.ts';
import { parseStorePathHash } from '../../../shared/nix/store-path.ts';
import { throwDice } from '../../support/dice.ts';
import { until } from '../../support/eventually.ts';
import { stop, untilReady } from '../../support/mirror.ts';
import { hashOf, lastStep } from '../../support/reference-upstream.ts';
import { openWorld } from '../../support/world.ts';
import { lackingIn } from '../complete.ts';
import { becomeComplete, holdWhileDown, serveAll } from '../promises.ts';
import { type Counted, dayOf } from './again.ts';
import type { DayOptions } from './day.ts';
import { startNastyQueues } from './nasty-queues.ts';
import { shuffled } from './queue-mischief.ts';

const MIRROR = { POLL_INTERVAL: '1s', RETRY_UNAVAILABLE_AFTER: '1s', COPY_CONCURRENCY: '12' };
const UPSTREAM = ['--latency-ms', '20', '--kbps', '4000'];
const SENDINGS = { short: 3, long: 20 };
const APART_MS = 1_500;
const EMPTY_MS = 60_000;

export const duplicates = dayOf(
  { name: 'duplicates', trouble: 'every message comes several times, in any order, late, and after it is done' },
  live,
);

async function live({ shared, seed, size, say, signal }: DayOptions): Promise<Counted> {
  const dice = throwDice(seed);
  await using opened = new AsyncDisposableStack();
  const world = await openWorld(shared, UPSTREAM);
  opened.defer(() => world.close());
  const queues = await startNastyQueues(join(world.folder, 'nasty'), dice);
  opened.defer(() => queues.close());
  const { reference, upstream } = world;

  const program = world.launch({ ...MIRROR, ...queues.environment });
  const url = await untilReady(program);
  const bodies = [...reference.paths.keys()].map((path) =>
    formatCopyRequested({ hash: parseStorePathHash(hashOf(path)) }),
  );
  const sendings = SENDINGS[size];
  for (let sending = 0; sending < sendings; sending += 1) {
    signal?.throwIfAborted();
    await queues.send(shuffled(bodies, dice));
    await upstream.advance();
    await delay(APART_MS);
  }
  say(`${bodies.length} store paths were asked for ${sendings} times beside what the mirror asks for`);
  for (let step = 0; step <= lastStep(reference); step += 1) await upstream.advance();
  await becomeComplete(world); // while the queues are still at it
  await queues.calm();
  await until('the queue to be empty', async () => (await queues.depths()).work === 0, EMPTY_MS);
  await serveAll(world, url);
  const { dead } = await queues.depths();
  if (dead > 0) throw new Error(`${dead} messages died of coming twice`);
  const code = await stop(program);
  if (code !== 0) throw new Error(`it was asked to stop, and ended with ${code}`);
  const { visible } = await holdWhileDown(world);
  const lacking = await lackingIn(world.buckets, reference);
  if (lacking.length > 0) throw new Error(`it is not complete any more:\n${lacking.join('\n')}`);
  const mischief = queues.figures();
  say(`${visible} store paths are here; the queues' mischief: ${JSON.stringify(mischief)}`);
  for (const [kind, count] of Object.entries(mischief)) if (count === 0) throw new Error(`the queues did no ${kind}`);
  const narRequests = (await upstream.requests()).filter((request) => request.url.includes('/nar/')).length;
  return { mischief, storePaths: { visible, askedBeside: bodies.length * sendings, narRequests } };
}
