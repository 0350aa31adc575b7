/** Many who read at once, as fast as they are answered: narinfos by some, whole NARs by others. What they were told is counted. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Crowd {
  /** What came so far, by status; `none`: nobody answered; `cut`: it broke off. Begins anew. */
  heard(): { readonly narInfos: Counts; readonly nars: Counts; readonly slowestNarInfoMs: number };
  leave(): Promise<void>;
}

export type Counts = Readonly<Record<string, number>>;

const PATIENCE_MS = 30_000;
/** Between two questions of one reader. */
const PAUSE_MS = 5;

/** @param keys of objects that are there. */
export function sendCrowd(
  url: string,
  keys: { readonly narInfos: readonly string[]; readonly nars: readonly string[] },
  readers = 16,
): Crowd {
  const leaving = new AbortController();
  let narInfos: Record<string, number> = {};
  let nars: Record<string, number> = {};
  let slowestNarInfoMs = 0;

  async function read(which: 'narInfos' | 'nars', first: number): Promise<void> {
    const own = keys[which];
    for (let turn = first; !leaving.signal.aborted; turn += 1) {
      const began = performance.now();
      const status = await statusOf(`${url}/${own[turn % own.length]}`);
      const counts = which === 'nars' ? nars : narInfos;
      counts[status] = (counts[status] ?? 0) + 1;
      if (which === 'narInfos') slowestNarInfoMs = Math.max(slowestNarInfoMs, Math.round(performance.now() - began));
      await delay(PAUSE_MS);
    }
  }

  const reading = Array.from({ length: readers }, (_, reader) => read(reader % 4 === 0 ? 'nars' : 'narInfos', reader));
  return {
    heard() {
      const heard = { narInfos, nars, slowestNarInfoMs };
      [narInfos, nars, slowestNarInfoMs] = [{}, {}, 0];
      return heard;
    },
    async leave() {
      leaving.abort();
      await Promise.all(reading);
    },
  };
}

async function statusOf(address: string): Promise<string> {
  let status = 'none';
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MS) });
    status = 'cut';
    await answer.arrayBuffer();
    return String(answer.status);
  } catch {
    return status;
  }
}
