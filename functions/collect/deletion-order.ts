/**
 * In which order names are deleted: one is ready when no name refers to it any more. So whatever the plan says, no name that is here
 * ever loses a reference. Pure.
 */
import type { NameGraph, PathId } from './name-graph.ts';

export interface DeletionOrder {
  /** Each once, referrers first; undefined when none is ready now. */
  next(): PathId | undefined;
  /** It is gone, and known to be. */
  gone(id: PathId): void;
}

/** @param doomed names; those that a name refers to that is not among them never get ready. */
export function deletionOrder(graph: Pick<NameGraph, 'held' | 'at'>, doomed: ReadonlySet<PathId>): DeletionOrder {
  const referrers = new Map<PathId, number>();
  for (const [id, { visible, references }] of graph.held) {
    if (!visible) continue;
    for (const reference of new Set(references))
      if (reference !== id && doomed.has(reference)) referrers.set(reference, (referrers.get(reference) ?? 0) + 1);
  }
  const ready = [...doomed].filter((id) => !referrers.has(id));
  return {
    next: () => ready.pop(),
    gone(id) {
      for (const reference of new Set(graph.at(id)?.references)) {
        const left = reference === id ? undefined : referrers.get(reference);
        if (left === undefined) continue;
        referrers.set(reference, left - 1);
        if (left === 1) ready.push(reference);
      }
    },
  };
}
