/** How far something has come, for who watches: a bar on a terminal, else a line now and then. */
import cliProgress from 'cli-progress';
import { count } from '../figures.ts';

export interface Bar {
  /** @param total 0 while nobody knows it */
  show(what: string, done: number, total: number): void;
  end(): void;
}

const PLAIN_EVERY_MS = 5_000;

/** @param now milliseconds */
export const openBar = (stream: NodeJS.WriteStream): Bar =>
  stream.isTTY ? terminalBar(stream) : plainBar((text) => stream.write(text));

export function plainBar(write: (text: string) => unknown, now: () => number = () => performance.now()): Bar {
  let last = now();
  return {
    show(what, done, total) {
      if (now() - last < PLAIN_EVERY_MS) return;
      last = now();
      write(`${what}: ${count(done)}${total > 0 ? ` of ${count(total)}` : ''}\n`);
    },
    end: () => undefined,
  };
}

function terminalBar(stream: NodeJS.WriteStream): Bar {
  let shown: { readonly what: string; readonly bar: cliProgress.SingleBar } | undefined;
  const clear = (): void => {
    shown?.bar.stop();
    shown = undefined;
  };
  const open = (what: string, total: number) => {
    const format = total > 0 ? '{what} {bar} {value}/{total}' : '{what} {value}';
    const bar = new cliProgress.SingleBar(
      { stream, format, barsize: 24, clearOnComplete: true, hideCursor: true, gracefulExit: false },
      cliProgress.Presets.shades_classic,
    );
    bar.start(total, 0, { what });
    return { what, bar };
  };
  return {
    show(what, done, total) {
      if (shown?.what !== what) clear();
      shown ??= open(what, total);
      shown.bar.setTotal(total);
      shown.bar.update(done);
    },
    end: clear,
  };
}
