/** Ctrl-C, and what a supervisor sends instead: the first asks to end, the second ends this process and all of its children. */
import { once } from 'node:events';

/** Exit status of what was cut short. */
export const INTERRUPTED = 130;

/** A Ctrl-C reaches the whole group, and who stands between (npm, bin/copycat.js) passes it on: what comes within this is one. */
const ONE_MS = 500;

let interruption: AbortSignal | undefined;

/** Listens from now on. All who ask share one. */
export function onInterruption(): AbortSignal {
  interruption ??= listen();
  return interruption;
}

/** Whether an error is only that somebody asked to end. */
export const isInterruption = (error: unknown): boolean =>
  interruption?.aborted === true &&
  (error === interruption.reason || (error as { name?: unknown } | null)?.name === 'AbortError');

function listen(): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  const onSignal = (): void => {
    if (!controller.signal.aborted) first = performance.now();
    else if (performance.now() - first > ONE_MS) process.exit(INTERRUPTED);
    controller.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  process.on('disconnect', onSignal); // the launcher was killed
  process.channel?.unref(); // and nobody waits for that
  return controller.signal;
}

export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
