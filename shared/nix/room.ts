/** Room for so many bytes, which all of one process share. Who finds too little waits in line, in the order of arrival. */
export interface Room {
  /**
   * Takes room, at once or when there is enough. The function returned gives it back; calling it again is fine.
   * @param bytes what is more than all there is waits for all there is
   * @throws the signal's reason, when it aborts first
   */
  take(bytes: number, signal: AbortSignal): Promise<() => void>;
}

interface Waiting {
  readonly bytes: number;
  enter(): void;
}

export function roomOf(allBytes: number): Room {
  const line = new Set<Waiting>(); // a Set keeps the order of arrival
  let free = allBytes;

  function letIn(): void {
    for (const first of line) {
      if (first.bytes > free) return; // nobody overtakes: what needs much would wait for ever
      first.enter();
    }
  }

  function taken(bytes: number): () => void {
    free -= bytes;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      free += bytes;
      letIn();
    };
  }

  return {
    async take(wanted, signal) {
      signal.throwIfAborted();
      const bytes = Math.min(wanted, allBytes);
      if (line.size === 0 && bytes <= free) return taken(bytes);
      const { promise, resolve, reject } = Promise.withResolvers<() => void>();
      const leave = (): void => {
        line.delete(one);
        signal.removeEventListener('abort', giveUp);
      };
      const one: Waiting = {
        bytes,
        enter() {
          leave();
          resolve(taken(bytes));
        },
      };
      const giveUp = (): void => {
        leave();
        reject(signal.reason);
        letIn();
      };
      line.add(one);
      signal.addEventListener('abort', giveUp, { once: true });
      return promise;
    },
  };
}
