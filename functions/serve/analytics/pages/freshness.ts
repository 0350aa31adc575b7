/** How the answers of a page stand, taken together. Pure. */
import { isTold, type Told, type Untold } from '../topic.ts';

export type Freshness =
  | { readonly state: 'not-configured' }
  /** All that there is has just been asked. */
  | { readonly state: 'fresh' }
  /** Some of it is old, since `at` at the latest; or some is missing, and then there may be no `at`. */
  | { readonly state: 'stale'; readonly at: Date | undefined };

type AnyAnswer = Told<unknown> | Untold;

/** @param logDelay up to when they are: an old one says nothing of when where there are none. */
export function freshnessOf(figures: readonly AnyAnswer[], logDelay?: AnyAnswer): Freshness {
  const answers = logDelay !== undefined && figures.some(isTold) ? [...figures, logDelay] : figures;
  if (answers.some((answer) => answer === 'not-configured')) return { state: 'not-configured' };
  const old = answers.filter(isTold).filter(({ fresh }) => !fresh);
  if (old.length === 0 && answers.every(isTold)) return { state: 'fresh' };
  const [oldest] = old.map(({ at }) => at).sort((a, b) => a.getTime() - b.getTime());
  return { state: 'stale', at: oldest };
}

/** As of when the band says that old answers are. */
export const saidAt = (freshness: Freshness): Date | undefined =>
  freshness.state === 'stale' ? freshness.at : undefined;
