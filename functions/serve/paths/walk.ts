/**
 * From a path that is copied and not shown to what holds it back: over the references that are not here either, breadth first, so that
 * the chain is the shortest. Bounded: a release that has just begun holds tens of thousands of such paths.
 */
import type { PathUnavailable } from '../../../events/path-unavailable.ts';
import type { StorePath, StorePathHash } from '../../../shared/nix/store-path.ts';
import { type Link, type References, type State, stateOf } from './standing.ts';

/** What the buckets say about a path that others refer to. */
export type Seen =
  | { readonly kind: 'here' }
  | { readonly kind: 'staged'; readonly references: readonly StorePath[] }
  | { readonly kind: 'unavailable'; readonly record: PathUnavailable }
  | { readonly kind: 'absent' };

export interface Walked {
  readonly references: References;
  /** From the start to the cause, both included; absent when nothing that was seen is unavailable. */
  readonly chain?: readonly Link[];
  readonly cause?: PathUnavailable;
}

interface Step {
  readonly path: StorePath;
  readonly seen: Seen;
  /** Who refers to it, on the shortest way; undefined for the start. */
  readonly from?: Step;
}

export interface WalkLimits {
  /** Paths looked at. Each costs a look-up or three. */
  readonly most: number;
  /** Whether it has taken long enough. */
  readonly isLate: () => boolean;
}

export async function walk(
  start: StorePath,
  references: readonly StorePath[],
  look: (hash: StorePathHash) => Promise<Seen>,
  { most, isLate }: WalkLimits,
): Promise<Walked> {
  const first: Step = { path: start, seen: { kind: 'staged', references } };
  const steps = new Map<StorePathHash, Step>([[start.hash, first]]);
  for (let level = [first]; level.length > 0 && steps.size <= most && !isLate(); ) {
    const next = new Map<StorePathHash, { readonly path: StorePath; readonly from: Step }>();
    for (const from of level) {
      const onward = from.seen.kind === 'staged' ? from.seen.references : [];
      for (const path of onward) {
        if (steps.size + next.size > most) break;
        if (!steps.has(path.hash) && !next.has(path.hash)) next.set(path.hash, { path, from });
      }
    }
    level = await Promise.all(
      next.values().map(async (one): Promise<Step> => ({ ...one, seen: await look(one.path.hash) })),
    );
    for (const step of level) steps.set(step.path.hash, step);
  }
  const blocked = blockedIn(steps);
  const cause = causeIn(steps);
  return {
    references: referencesOf(start, references, steps, blocked),
    ...(cause && { chain: chainTo(cause.step, blocked), cause: cause.record }),
  };
}

/** The nearest; one that fails only when there is no other, since it may come at any time. */
function causeIn(steps: ReadonlyMap<StorePathHash, Step>) {
  let failing: { readonly step: Step; readonly record: PathUnavailable } | undefined;
  for (const step of steps.values()) {
    if (step.seen.kind !== 'unavailable') continue;
    const found = { step, record: step.seen.record };
    if (found.record.reason !== 'failing') return found;
    failing ??= found;
  }
  return failing;
}

/** Every staged path that was seen with an unavailable one in its closure. */
function blockedIn(steps: ReadonlyMap<StorePathHash, Step>): ReadonlySet<StorePathHash> {
  const referrers = new Map<StorePathHash, StorePathHash[]>();
  const causes: StorePathHash[] = [];
  for (const { path, seen } of steps.values()) {
    if (seen.kind === 'unavailable' && seen.record.reason !== 'failing') causes.push(path.hash);
    if (seen.kind !== 'staged') continue;
    for (const { hash } of seen.references) referrers.set(hash, [...(referrers.get(hash) ?? []), path.hash]);
  }
  const blocked = new Set<StorePathHash>();
  for (const cause of causes) {
    for (const referrer of referrers.get(cause) ?? []) {
      if (blocked.has(referrer)) continue;
      blocked.add(referrer);
      causes.push(referrer); // grows as it runs: no recursion
    }
  }
  return blocked;
}

function chainTo(cause: Step, blocked: ReadonlySet<StorePathHash>): readonly Link[] {
  const chain: Link[] = [];
  for (let step: Step | undefined = cause; step; step = step.from) chain.unshift(linkOf(step, blocked));
  return chain;
}

function referencesOf(
  start: StorePath,
  references: readonly StorePath[],
  steps: ReadonlyMap<StorePathHash, Step>,
  blocked: ReadonlySet<StorePathHash>,
): References {
  const others = references.filter(({ hash }) => hash !== start.hash);
  const looked = others.flatMap(({ hash }) => {
    const step = steps.get(hash);
    return step ? [linkOf(step, blocked)] : [];
  });
  const here = looked.filter(({ state }) => state === 'here');
  const paths = [...looked.filter(({ state }) => state !== 'here'), ...here];
  return { total: others.length, paths, lookedAt: looked.length, here: here.length };
}

const linkOf = ({ path, seen }: Step, blocked: ReadonlySet<StorePathHash>): Link => ({
  hash: path.hash,
  path,
  state: stateSeen(path.hash, seen, blocked),
});

function stateSeen(hash: StorePathHash, seen: Seen, blocked: ReadonlySet<StorePathHash>): State {
  switch (seen.kind) {
    case 'here':
      return 'here';
    case 'staged':
      return blocked.has(hash) ? 'blocked' : 'waiting';
    case 'unavailable':
      return stateOf(seen.record.reason);
    case 'absent':
      return 'asked'; // publish asks for what staged paths refer to
  }
}
