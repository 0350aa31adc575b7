/** What is condemned, since when, and what of it may be deleted by now. Pure. */

/** How long something stays that nobody needs, in milliseconds. */
export interface Grace {
  /** `COLLECT_GRACE`: of names, of what is staged, and of releases. */
  readonly names: number;
  /** Of NARs and what goes with them, after the last name. */
  readonly nars: number;
  /** Of the pointer of a channel that is not followed any more. */
  readonly channels: number;
}

/** Clients remember a narinfo for 30 days, and then ask for its NAR. */
export const NAR_GRACE_MS = 31 * 86_400_000;

const WITH_NARS = /^(?:nar|log)\/|\.ls$/;

export function graceOf(key: string, grace: Grace): number {
  if (key.startsWith('channels/')) return grace.channels;
  return WITH_NARS.test(key) ? grace.nars : grace.names;
}

/** The dead of now: each since it was condemned first, if it has been dead ever since. */
export function condemn(
  dead: Iterable<string>,
  before: ReadonlyMap<string, number>,
  now: number,
): ReadonlyMap<string, number> {
  const since = new Map<string, number>();
  for (const key of dead) since.set(key, Math.min(before.get(key) ?? now, now));
  return since;
}

/** Those whose grace is over. */
export function* dueOf(since: ReadonlyMap<string, number>, grace: Grace, now: number): Generator<string, undefined> {
  for (const [key, at] of since) if (at + graceOf(key, grace) <= now) yield key;
  return undefined;
}
