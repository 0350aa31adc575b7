/** Where a person watches: a terminal, with bars below the lines, or anything else, with a line every few seconds. */
import cliProgress from 'cli-progress';
import { count, counted, duration, size } from './figures.ts';
import type { ReleaseProgress } from './progress.ts';

export interface Screen {
  readonly color: boolean;
  /** How often `show` is worth calling. */
  readonly everyMs: number;
  /** Whole lines. */
  say(text: string): void;
  show(progress: readonly ReleaseProgress[]): void;
  end(): void;
}

type Write = (text: string) => unknown;

export const screenOf = (stream: NodeJS.WriteStream): Screen =>
  stream.isTTY ? barScreen(stream) : plainScreen((text) => stream.write(text));

const PLAIN_EVERY_MS = 5_000;
const STAGE = 'copy     '; // as the reporter's labels

export function plainScreen(write: Write): Screen {
  const last = new Map<string, string>();
  return {
    color: false,
    everyMs: PLAIN_EVERY_MS,
    say: write,
    show(progress) {
      const names = namesOf(progress);
      for (const [index, one] of progress.entries()) {
        const text = sentenceOf(names[index] ?? one.release, one);
        if (last.get(one.release) !== text) write(`${STAGE}${text}\n`);
        last.set(one.release, text);
      }
    },
    end: () => undefined,
  };
}

/** By the channel, unless two of its releases are under way. */
function namesOf(progress: readonly ReleaseProgress[]): readonly string[] {
  return progress.map(({ channel, release }) =>
    channel && progress.filter((other) => other.channel === channel).length === 1 ? channel : release,
  );
}

function sentenceOf(name: string, progress: ReleaseProgress): string {
  const { listed, done, bytes, bytesPerSecond, leftMs } = progress;
  const brought = bytes > 0 ? `, ${size(bytes)}` : ''; // another release may bring what it needs
  const pace = leftMs === undefined ? '' : `, ${size(Math.round(bytesPerSecond))}/s, about ${duration(leftMs)} left`;
  return `${name}: ${count(done)} of ${counted(listed, 'store path')}${brought}${pace}`;
}

const BARS_EVERY_MS = 200;
const NAME_WIDTH = 20; // nixos-unstable-small
const CLEAR_TO_END = '\u001b[K';
/** Bars that are too long for the terminal must not wrap; lines may. */
const [WRAP, NO_WRAP] = ['\u001b[?7h', '\u001b[?7l'];
const FORMAT = '{name} {bar} {value}/{total}  {size}  {pace}';

function barScreen(stream: NodeJS.WriteStream): Screen {
  let shown:
    | { readonly key: string; readonly all: cliProgress.MultiBar; readonly bars: cliProgress.SingleBar[] }
    | undefined;

  const clear = (): void => {
    shown?.all.update(); // writes what it was told to log
    shown?.all.stop();
    shown = undefined;
  };
  const open = (key: string, progress: readonly ReleaseProgress[]) => {
    const all = new cliProgress.MultiBar(
      {
        stream,
        format: FORMAT,
        barsize: 16,
        clearOnComplete: true,
        hideCursor: true,
        forceRedraw: true,
        gracefulExit: false,
      },
      cliProgress.Presets.shades_classic,
    );
    return { key, all, bars: payloadsOf(progress).map(([one, payload]) => all.create(one.listed, one.done, payload)) };
  };

  return {
    color: true,
    everyMs: BARS_EVERY_MS,
    say(text) {
      // Lines go above the bars, over what is left of bars in their place.
      if (shown) shown.all.log(WRAP + text.replaceAll('\n', `${CLEAR_TO_END}\n`) + NO_WRAP);
      else stream.write(text);
    },
    show(progress) {
      const key = progress.map(({ release }) => release).join(' ');
      if (shown?.key !== key) clear();
      if (progress.length === 0) return;
      shown ??= open(key, progress);
      for (const [index, [one, payload]] of payloadsOf(progress).entries())
        shown.bars[index]?.update(one.done, payload);
    },
    end: clear,
  };
}

/** Names are padded to the longest, so that bars stand below each other. */
function payloadsOf(progress: readonly ReleaseProgress[]) {
  const names = namesOf(progress);
  const width = Math.max(NAME_WIDTH, ...names.map(({ length }) => length));
  return progress.map((one, index) => {
    const { bytes, bytesPerSecond, leftMs } = one;
    const pace = leftMs === undefined ? '' : `${size(Math.round(bytesPerSecond))}/s  ${duration(leftMs)} left`;
    const name = (names[index] ?? '').padEnd(width);
    return [one, { name, size: bytes > 0 ? size(bytes) : '', pace }] as const;
  });
}
