/** Someone who asks for narinfos all the while: whatever dies, none is answered with a 5xx (invariant 8). */
import { setTimeout as delay } from 'node:timers/promises';

export interface Visitor {
  /** Asks there from now on; nowhere when undefined. */
  visit(url: string | undefined): void;
  /** How often each status came so far; `none`: nobody answered. */
  statuses(): Readonly<Record<string, number>>;
  leave(): Promise<void>;
}

const EVERY_MS = 50;
const PATIENCE_MS = 30_000;

/** @param hashes of the store paths that it asks for, one after the other. */
export function sendVisitor(hashes: readonly string[]): Visitor {
  const statuses: Record<string, number> = {};
  const leaving = new AbortController();
  let at: string | undefined;

  const walk = async (): Promise<void> => {
    for (let turn = 0; !leaving.signal.aborted; turn += 1) {
      if (at !== undefined) {
        const status = await statusOf(`${at}/${hashes[turn % hashes.length]}.narinfo`);
        statuses[status] = (statuses[status] ?? 0) + 1;
      }
      await delay(EVERY_MS, undefined, { signal: leaving.signal }).catch(() => undefined);
    }
  };

  const walking = walk();
  return {
    visit(url) {
      at = url;
    },
    statuses: () => statuses,
    async leave() {
      leaving.abort();
      await walking;
    },
  };
}

async function statusOf(address: string): Promise<string> {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MS) });
    await answer.arrayBuffer();
    return String(answer.status);
  } catch {
    return 'none';
  }
}
