/**
 * The promise that every message is accounted for: what was sent (ledger.ts) against what the log says of it, message by message.
 *
 *     sent = done + dead + renewed + waiting
 *
 * What is done has a line that says so of its store path. What failed has a line for each time, with a code and a reason. What is dead
 * lies in the dead letters, with the same. A line too few is something that was lost, or that nobody can explain.
 */
import { parseCopyRequested } from '../../events/copy-requested.ts';
import { readable } from '../../events/record.ts';
import type { LogLine } from '../../shared/log.ts';
import type { Program } from '../support/program.ts';
import { readLedger, type Sent } from './ledger.ts';

export interface Account {
  /** Messages that copy was sent. */
  readonly sent: number;
  readonly done: number;
  readonly dead: number;
  /** Sent anew, as other messages, for they had waited too often. */
  readonly renewed: number;
  readonly waiting: number;
  /** Times that a message was worked on in vain, by the code of the reason: BUCKET_DOWN and BUCKET_FULL are pauses. */
  readonly failures: Readonly<Record<string, number>>;
  /** Ends of messages that the log tells more often than there were messages: they were delivered twice. */
  readonly repeats: number;
}

export interface AccountOptions {
  readonly dataDir: string;
  /** All that the mirror has said, on level debug, in all its lives. */
  readonly lines: readonly LogLine[];
  /** Codes that the day's trouble explains. Another one is a failure that nobody has expected. */
  readonly codes: ReadonlySet<string>;
}

/** What a mirror said that was started by tests/support/talking-mirror.ts. */
export const linesOf = (program: Pick<Program, 'errors'>): readonly LogLine[] =>
  program
    .errors()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogLine);

/** The mirror must not be running. @throws sentences about what is not accounted for. */
export function accountForAll({ dataDir, lines, codes }: AccountOptions): Account {
  const ledger = readLedger(dataDir);
  const { account, open } = compare(ledger, lines, codes);
  if (open.length > 0)
    throw new Error(
      `not every message is accounted for (${JSON.stringify(account)}):\n${open.slice(0, 40).join('\n')}`,
    );
  return account;
}

/** Pure. `open`: one sentence for each thing that nothing explains. */
export function compare(
  ledger: readonly Sent[],
  lines: readonly LogLine[],
  codes: ReadonlySet<string>,
): { readonly account: Account; readonly open: readonly string[] } {
  const sent = ledger.filter(({ queue }) => queue.endsWith('-copy'));
  const deadLetters = ledger.filter(({ queue }) => queue.endsWith('-copy-dead-letters'));
  const failed = lines.filter(({ event }) => FAILURES.has(event));
  const [buried, renewed] = [idsOf(lines, 'message.buried'), idsOf(lines, 'message.renewed')];
  const done = sent.filter(({ id, gone }) => gone && !buried.has(id) && !renewed.has(id));
  const ends = endsIn(lines);
  const repeats = Math.max(0, sum(ends) - done.length);
  const account = {
    sent: sent.length,
    done: done.length,
    dead: sent.filter(({ id, gone }) => gone && buried.has(id)).length,
    renewed: sent.filter(({ id, gone }) => gone && renewed.has(id)).length,
    waiting: sent.filter(({ gone }) => !gone).length,
    failures: countBy(failed.filter(({ event }) => event !== 'message.buried').map(codeOf)),
    repeats,
  };
  const short = lacking(countBy(done.map(hashIn)), ends, 'messages left the queue as done, and the log knows of');
  return {
    account,
    open: [
      ...short,
      ...failed.flatMap((line) => unexplained(line, codes, sent)),
      ...silentReceives(sent, lines, repeats),
      ...deadLetters.filter(({ attributes, gone }) => !gone && !isCertified(attributes)).map(uncertified),
      ...(deadLetters.length < account.dead ? [`${account.dead} were buried, ${deadLetters.length} lie there`] : []),
      ...notSent(account, lines),
    ],
  };
}

const FAILURES: ReadonlySet<string> = new Set(['message.not-done', 'message.stays', 'message.buried']);

interface Said {
  readonly code?: string;
  readonly message?: string;
}

const codeOf = ({ error }: LogLine): string => (error as Said | undefined)?.code ?? 'none';

function unexplained(line: LogLine, codes: ReadonlySet<string>, sent: readonly Sent[]): readonly string[] {
  const { code = '', message = '' } = (line.error ?? {}) as Said;
  const id = String(line.message_id);
  const said = `${line.event} of ${id}: ${code} ${message}`;
  if (code === '' || message === '') return [`${said}: there is no reason`];
  if (!codes.has(code)) return [`${said}: this day does not explain it`];
  return sent.some((one) => one.id === id) ? [] : [`${said}: nobody has sent it`];
}

/**
 * How often messages that have left the queue were received without a word of it. Whole batches come back when their process dies or
 * outlives its time, or when the queue fails while it is asked; then one line tells of all of them. One
 * that was done and could not be deleted is done twice, and its end is told twice.
 */
function silentReceives(sent: readonly Sent[], lines: readonly LogLine[], repeats: number): readonly string[] {
  const told = countBy(
    lines.filter(({ message_id }) => message_id !== undefined).map((line) => String(line.message_id)),
  );
  const [buried, renewed] = [idsOf(lines, 'message.buried'), idsOf(lines, 'message.renewed')];
  const silent = sent
    .filter(({ gone }) => gone)
    .map(({ id, receives }) => {
      const last = buried.has(id) || renewed.has(id) ? 0 : 1; // which its end tells
      return { id, receives, count: receives - last - (told[id] ?? 0) };
    })
    .filter(({ count }) => count > 0);
  const excused = lines.reduce((total, line) => total + comeBack(line), repeats);
  const total = silent.reduce((all, { count }) => all + count, 0);
  if (total <= excused) return [];
  return silent.map(({ id, receives, count }) => `${id} was received ${receives} times, ${count} times without a word`);
}

/** Messages that come back though their function never saw them, or never answered. */
function comeBack({ event, messages }: LogLine): number {
  if (event === 'batch.failed') return Number(messages) || 0;
  return event === 'queue.failed' ? BATCH : 0;
}

const BATCH = 10;

/** What detect and publish say they asked for; one that was cut while sending says nothing, and sends again. */
function notSent({ sent, renewed }: Pick<Account, 'sent' | 'renewed'>, lines: readonly LogLine[]): readonly string[] {
  const asked = lines.reduce((total, line) => total + (Number(line[ASKED[line.event] ?? '']) || 0), 0);
  return asked + renewed > sent ? [`${asked + renewed} messages were asked for, and ${sent} were sent`] : [];
}

const ASKED: Readonly<Record<string, string>> = {
  'release.detected': 'to_copy',
  'references.asked': 'count',
  'unavailable.asked': 'count',
  'lost.asked': 'count',
};

/** Hash of a store path → how often the log says that a message of it was done. */
function endsIn(lines: readonly LogLine[]): Readonly<Record<string, number>> {
  const ends = lines.filter(
    ({ event, outcome }) => event === 'copy.done' || (event === 'copy.unavailable' && outcome !== undefined),
  );
  return countBy(ends.map((line) => String(line['store_path.hash'] ?? line.store_path).slice(0, HASH)));
}

const HASH = 32;
const hashIn = ({ body }: Sent): string => readable(parseCopyRequested, body)?.hash ?? 'no copy request';

const isCertified = ({ code, reason, attempts }: Sent['attributes']): boolean =>
  Boolean(code) && Boolean(reason) && Number(attempts) > 0;

const uncertified = ({ id, body }: Sent): string => `${id} is among the dead letters, and nothing says why: ${body}`;

function lacking(of: Counts, among: Counts, words: string): readonly string[] {
  return Object.entries(of)
    .filter(([name, count]) => count > (among[name] ?? 0))
    .map(([name, count]) => `${name}: ${count} ${words} ${among[name] ?? 0}`);
}

type Counts = Readonly<Record<string, number>>;

export function countBy(names: Iterable<string>): Counts {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

const sum = (counts: Counts): number => Object.values(counts).reduce((total, count) => total + count, 0);

const idsOf = (lines: readonly LogLine[], of: string): ReadonlySet<string> =>
  new Set(lines.filter(({ event }) => event === of).map(({ message_id }) => String(message_id)));
