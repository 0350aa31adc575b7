/** How far a benchmark has come: a bar on a terminal, and a line now and then everywhere else. */
import cliProgress from 'cli-progress';
import { count } from '../../local/figures.ts';

export interface Progress {
  /** Begins a piece of work of so many steps; what was before it is over. */
  begin(what: string, steps: number): void;
  at(step: number): void;
  end(): void;
}

const LINE_EVERY_MS = 10_000;

export const progressOn = (stream: NodeJS.WriteStream): Progress => (stream.isTTY ? bar(stream) : lines(stream));

function bar(stream: NodeJS.WriteStream): Progress {
  let shown: cliProgress.SingleBar | undefined;
  const end = (): void => {
    shown?.stop();
    shown = undefined;
  };
  return {
    begin(what, steps) {
      end();
      const format = `${what.padEnd(28)} {bar} {value}/{total}  {duration_formatted}`;
      shown = new cliProgress.SingleBar({ stream, format, barsize: 24, clearOnComplete: true, gracefulExit: false });
      shown.start(steps, 0);
    },
    at: (step) => shown?.update(step),
    end,
  };
}

function lines(stream: NodeJS.WriteStream): Progress {
  let [what, steps, said] = ['', 0, 0];
  return {
    begin(next, of) {
      [what, steps, said] = [next, of, performance.now()];
      stream.write(`${what}\n`);
    },
    at(step) {
      if (performance.now() - said < LINE_EVERY_MS) return;
      said = performance.now();
      stream.write(`${what}: ${count(step)} of ${count(steps)}\n`);
    },
    end: () => undefined,
  };
}
