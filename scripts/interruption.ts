/** Ctrl-C, and what a supervisor sends instead: the first asks to end, the second ends this process and all of its children. */
import { once } from 'node:events';

/** Exit status of what was cut short. */
export const INTERRUPTED = 130;

/** A Ctrl-C reaches the whole group, and who stands between (npm, bin/copycat.js) passes it on: what comes within this is one. */
const ONE_MS = 500;

let controller: AbortController | undefined;

/** Why what only looks ends when nobody looks any more. */
export const whoseReaderIsGone = new Error('nobody reads what it says');

/** Listens from now on. All who ask share one. */
export function onInterruption(): AbortSignal {
  controller ??= listen();
  return controller.signal;
}

/** As a Ctrl-C does; where nobody listens there is nothing to end. */
export const interrupt = (reason: Error): void => controller?.abort(reason);

/** Whether an error only comes of that somebody asked to end. */
export function isInterruption(error: unknown): boolean {
  const interruption = controller?.signal;
  if (!interruption?.aborted) return false;
  for (let at = error; Error.isError(at); at = at.cause)
    if (at === interruption.reason || at.name === 'AbortError') return true;
  return false;
}

function listen(): AbortController {
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
  return controller;
}

export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
