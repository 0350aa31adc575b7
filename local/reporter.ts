/**
 * Turns log lines into what a person reads: stage first, one line for what happened. What comes in bursts is summed up;
 * so are warnings that repeat; and that nothing has changed is said once.
 */
import { styleText } from 'node:util';
import type { LogLine } from '../shared/log.ts';
import { bucketIn, watchBuckets } from './bucket-watch.ts';
import { count, counted, size } from './figures.ts';
import { watchLostRecords } from './lost-records.ts';
import { printable } from './printable.ts';
import { createProgress } from './progress.ts';
import type { Screen } from './screen.ts';
import type { Unusable } from './service-asks.ts';

export interface Reporter {
  line(line: LogLine): void;
  /** Words of the program itself, in between. */
  say(text: string): void;
  /** Says what was held back, and holds back no more. */
  end(): void;
}

export interface ReporterOptions {
  readonly screen: Screen;
  /** How long a burst is summed up. Default 5 s. */
  readonly everyMs?: number;
}

const EVERY_MS = 5_000;
const STAGE_WIDTH = 8;

export function createReporter({ screen, everyMs = EVERY_MS }: ReporterOptions): Reporter {
  const progress = createProgress();
  const buckets = watchBuckets();
  const lostRecords = watchLostRecords();
  let copies = { paths: 0, bytes: 0, since: performance.now() };
  const repeats = new Map<string, { stage: string; text: string; times: number }>();

  const say = (stage: string, text: string, style?: 'yellow' | 'red'): void => {
    const label = stage.padEnd(STAGE_WIDTH);
    const body = printable(text);
    const [bold, styled] = [styleText('bold', label), style ? styleText(style, body) : body];
    screen.say(screen.color ? `${bold} ${styled}\n` : `${label} ${body}\n`);
  };

  const sumUpCopies = (): void => {
    const seconds = (performance.now() - copies.since) / 1000;
    if (copies.paths > 0) {
      const rate = size(Math.round(copies.bytes / Math.max(seconds, 1)));
      say('copy', `${counted(copies.paths, 'store path')} copied, ${size(copies.bytes)}, ${rate}/s`);
    }
    copies = { paths: 0, bytes: 0, since: performance.now() };
  };
  let published = 0;
  const sumUpPublished = (): void => {
    if (published > 0) say('publish', `${counted(published, 'narinfo')} visible`);
    published = 0;
  };
  const unchanged = new Map<unknown, unknown>();
  const isOldNews = ({ event, channel, release }: LogLine): boolean => {
    if (event !== 'channel.unchanged') return false;
    const known = unchanged.get(channel) === release;
    unchanged.set(channel, release);
    return known;
  };
  const sumUp = (): void => {
    sumUpPublished();
    if (progress.underWay().length === 0) sumUpCopies(); // else the screen shows them, release by release
    for (const text of lostRecords.told()) say('runtime', text, 'yellow');
    for (const { stage, text, times } of repeats.values())
      if (times > 0) say(stage, `${text} (${count(times)} more of these)`, 'yellow');
    repeats.clear();
  };
  const timers = [
    setInterval(sumUp, everyMs).unref(),
    setInterval(() => screen.show(progress.underWay()), screen.everyMs).unref(),
  ];

  const trouble = (stage: string, line: LogLine): void => {
    const code = codeOf(line);
    const like = [stage, line.event, code, bucketIn(line)].join(' ');
    const known = repeats.get(like);
    if (known) {
      known.times += 1;
      return;
    }
    const text = [line.event, code, messageOf(line)].filter(Boolean).join(' ');
    repeats.set(like, {
      stage,
      text: [line.event, code].filter(Boolean).join(' '),
      times: 0,
    });
    say(stage, text, line.level === 'error' ? 'red' : 'yellow');
  };

  const listUnusable = (line: LogLine): void => {
    const unusable = unusableIn(line);
    const settings = unusable.map(({ setting }) => setting).join(', ');
    const style = line.level === 'error' ? 'red' : 'yellow';
    say('runtime', `${line.event} ${settings}`, style);
    for (const { setting, message, bucket } of unusable) {
      say('', `${setting}: ${message}`, style);
      if (bucket !== undefined) buckets.begin(bucket);
    }
  };

  return {
    line(line) {
      progress.add(line);
      if (line.event === 'services.failed') return listUnusable(line);
      const stage = line.function ?? 'runtime';
      if (lostRecords.hear(line) || !buckets.hear(line)) return;
      for (const bucket of buckets.over()) say(stage, `${bucket} can be used again`);
      if (line.event === 'copy.done' && line.outcome === 'copied') {
        copies.paths += 1;
        copies.bytes += Number(line.bytes) || 0;
      } else if (line.event === 'narinfos.published') published += Number(line.count) || 0;
      else if (line.level === 'warn' || line.level === 'error') trouble(stage, line);
      else {
        const text = isOldNews(line) ? undefined : sentenceOf(line);
        if (!text) return;
        sumUpPublished(); // it came first
        say(stage, text);
      }
    },
    say: (text) => screen.say(text),
    end() {
      for (const timer of timers) clearInterval(timer);
      sumUp();
      sumUpCopies();
      screen.end();
    },
  };
}

/** What is not here is for the log, not for a person who watches. */
function sentenceOf(line: LogLine): string | undefined {
  const number = (name: string): number => Number(line[name]) || 0;
  switch (line.event) {
    case 'channel.unchanged':
      return `${line.channel}: unchanged, ${line.release}`;
    case 'release.detected':
      return `${line.channel}: ${line.release}, ${counted(number('store_paths'), 'store path')}, ${count(number('to_copy'))} to copy`;
    case 'references.asked':
      return `${counted(number('count'), 'reference')} that no list named asked for`;
    case 'unavailable.asked':
      return `${counted(number('count'), 'unavailable store path')} asked for again`;
    case 'release.settled':
    case 'release.healed':
      return `${line.release}: ${line.event.slice('release.'.length)}, ${counted(number('store_paths'), 'store path')}, ${count(number('unavailable'))} unavailable`;
    case 'channel.moved':
      return `${line.channel}: now at ${line.release}`;
    case 'collect.done': {
      const [names, nars] = [number('deleted'), number('deleted_nars')];
      if (names + nars === 0) return undefined;
      return `${counted(names, 'name')} and ${counted(nars, 'NAR')} deleted, ${size(number('deleted_bytes'))}`;
    }
    case 'upstream.up':
      return `${line.host}: answers again`;
    case 'messages.released':
      return `${counted(number('count'), 'message')} of the last run taken up again`;
    case 'publish.done': // at level debug a tick a second
      return undefined;
    case 'output':
      return String(line.message);
    default:
      return line.level === 'debug' ? `${line.event}` : undefined;
  }
}

const unusableIn = (line: LogLine): readonly Omit<Unusable, 'isNeeded'>[] =>
  Array.isArray(line.services) ? line.services : [];

const errorOf = (line: LogLine): { code?: unknown; message?: unknown } =>
  typeof line.error === 'object' && line.error !== null ? line.error : {};
const codeOf = (line: LogLine): string => String(errorOf(line).code ?? line.reason ?? '');
const messageOf = (line: LogLine): string => String(errorOf(line).message ?? line.message ?? '');
