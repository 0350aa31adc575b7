/** What must hold of a mirror that is killed again and again. Each of these throws sentences about what does not. */
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../support/eventually.ts';
import { messagesLeft, readHoldings, temporaryFiles } from '../support/holdings.ts';
import { processesOf } from '../support/processes.ts';
import type { World } from '../support/world.ts';
import { lackingIn } from './complete.ts';

/** Children see that their parent is gone, and go. */
const GONE_MS = 10_000;
const HEAL_MS = 150_000;
/** A process that was killed before is back by then, though it is started again ever later. */
export const BACK_MS = 20_000;
const PATIENCE_MS = 5_000;

/** While it is down: no process is left, and every invariant holds. Answers how many store paths it has come to hold. */
export async function holdWhileDown(
  world: Pick<World, 'dataDir' | 'buckets' | 'broken'>,
): Promise<{ readonly visible: number; readonly staged: number }> {
  await until('all its processes to be gone', async () => (await processesOf(world.dataDir)).length === 0, GONE_MS);
  none('what was promised does not hold', await world.broken());
  const { visible, staged } = await readHoldings(world.buckets);
  return { visible: visible.size, staged: staged.length };
}

/** While it runs: it becomes complete, without anybody's help. */
export async function becomeComplete({ buckets, reference }: Pick<World, 'buckets' | 'reference'>): Promise<void> {
  let lacking: readonly string[] = [];
  const isComplete = async (): Promise<boolean> => {
    lacking = await lackingIn(buckets, reference);
    return lacking.length === 0;
  };
  await until('nothing to be lacking', isComplete, HEAL_MS).catch((cause: unknown) => {
    throw new Error(`it did not become complete in ${HEAL_MS / 1000} s:\n${lacking.join('\n')}`, { cause });
  });
}

/** So long serve remembers what it has just missed; the visitor asks for everything all the time. */
const MISSED_MS = 2_500;

/** While it runs: it serves, soon after its last death, and all that is visible. */
export async function serveAll({ buckets }: Pick<World, 'buckets'>, url: string): Promise<void> {
  const isWell = async (): Promise<boolean> =>
    (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(PATIENCE_MS) })).ok;
  await until('it to serve again', isWell, BACK_MS);
  const { visible } = await readHoldings(buckets);
  await delay(MISSED_MS);
  const refused: string[] = [];
  for (const hash of visible) {
    const { status } = await fetch(`${url}/${hash}.narinfo`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (status !== 200) refused.push(`${hash} is visible, and answered with ${status}`);
  }
  none('not all is served', refused);
}

/**
 * In the end. One run more works off what is still in the queue: what was asked for twice, or handed back at the end.
 * @param dead messages that died before, and are accounted for
 */
export async function leaveNothing(
  world: World,
  environment: Readonly<Record<string, string>>,
  dead = 0,
): Promise<void> {
  const { code, failedChannels, deadLettered } = await world.once(environment);
  if (code !== 0 || deadLettered > 0)
    throw new Error(`--once ended with ${code}; ${deadLettered} dead letters, failed channels: ${failedChannels}`);
  await nothingIsLeft(world, dead);
}

/** While it is down, and nothing waits any more. @param dead messages that died before, and are accounted for */
export async function nothingIsLeft(
  world: Pick<World, 'buckets' | 'dataDir' | 'reference' | 'broken'>,
  dead = 0,
): Promise<void> {
  const { buckets, dataDir, reference } = world;
  await holdWhileDown(world);
  none('something is left over', [
    ...(await lackingIn(buckets, reference)),
    ...[...(await readHoldings(buckets)).keys].filter((key) => key === 'probe'),
    ...(await temporaryFiles(dataDir)),
    ...(messagesLeft(dataDir) > dead
      ? [`${messagesLeft(dataDir)} messages, of which ${dead} may be dead letters`]
      : []),
  ]);
}

function none(what: string, sentences: readonly string[]): void {
  if (sentences.length > 0) throw new Error(`${what}:\n${sentences.join('\n')}`);
}
