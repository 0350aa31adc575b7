/** Whether copying stands still, by what its functions log. */
import type { LogLine } from '../shared/log.ts';

export interface PauseWatch {
  add(line: LogLine): void;
  /** Undefined while copying goes on. */
  current(): { readonly reason: string; readonly sinceMs: number } | undefined;
}

/** @param now milliseconds */
export function watchPauses(now: () => number = () => performance.now()): PauseWatch {
  let paused: { readonly reason: string; readonly began: number } | undefined;
  return {
    add({ event, message, outcome }) {
      if (event === 'copy.paused' || event === 'copy.still-paused')
        paused = { reason: String(message), began: paused?.began ?? now() };
      // Any process that finds room, or copies, shows that it goes on.
      if (event === 'copy.resumed' || (event === 'copy.done' && outcome === 'copied')) paused = undefined;
    },
    current: () => paused && { reason: paused.reason, sinceMs: now() - paused.began },
  };
}
