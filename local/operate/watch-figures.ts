/** Says now and then how far something has come: in one line of a terminal that is written over, else in a line of its own each time. */
export interface FigureWatch {
  /** Before anything else is written. */
  clear(): void;
  end(): void;
}

const TERMINAL_EVERY_MS = 500;
const PLAIN_EVERY_MS = 30_000;

export function watchFigures(stream: NodeJS.WriteStream, inWords: () => string): FigureWatch {
  const clear = (): void => {
    if (stream.isTTY) stream.write('\r\x1b[K');
  };
  const tell = (): void => {
    clear();
    stream.write(stream.isTTY ? inWords().slice(0, stream.columns - 1) : `${inWords()}\n`);
  };
  const timer = setInterval(tell, stream.isTTY ? TERMINAL_EVERY_MS : PLAIN_EVERY_MS);
  timer.unref();
  return {
    clear,
    end() {
      clearInterval(timer);
      clear();
    },
  };
}
