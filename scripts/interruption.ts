/** Ctrl-C, and what a supervisor sends instead: the first asks to end, the second ends this process and all of its children. */
import { once } from 'node:events';

/** Exit status of what was cut short. */
export const INTERRUPTED = 130;

/** Listens from now on. */
export function onInterruption(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return controller.signal;
}

export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
