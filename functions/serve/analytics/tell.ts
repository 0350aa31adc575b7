/**
 * Asks ClickHouse for what pages show, each question with its own time, at most once a minute however many look. When it is away, the last
 * answer is told, with its date: from memory, or from the snapshot in the state bucket.
 */
import { LRUCache } from 'lru-cache';
import { readable } from '../../../events/record.ts';
import type { Asked as Client } from '../../../shared/analytics/queries/ask.ts';
import type { Bucket } from '../../../shared/bucket/bucket.ts';
import { describeError } from '../../../shared/errors.ts';
import type { Log } from '../../../shared/log.ts';
import { inTime } from '../../../shared/probe/probe.ts';
import type { Gate } from '../gate.ts';
import { waited } from '../waits.ts';
import { formatSnapshot, parseSnapshot, readSnapshot, snapshotKey } from './snapshot.ts';
import type { Tell, Told, Topic, Untold } from './topic.ts';

export interface TellDeps {
  /** Undefined: not configured. */
  readonly client: Client | undefined;
  readonly state: Pick<Bucket, 'get' | 'put'>;
  /** How many questions are asked at once. */
  readonly gate: Gate;
  /** And of these, how many with words of whoever asks: those must leave places for the pages that everybody looks at. */
  readonly openGate: Gate;
  readonly threshold: number;
  readonly date: () => Date;
  /** Milliseconds that only ever grow. */
  readonly now: () => number;
  readonly log: Pick<Log, 'warn' | 'debug'>;
  /** Of one question, in milliseconds. */
  readonly budgetMs?: number;
}

/** A section of a page that has no answer by then goes without. */
export const BUDGET_MS = 2_000;
const SNAPSHOT_MS = 1_000;
/** As long as the pages may be held by a cache. */
const FRESH_MS = 60_000;
/** So long nobody asks again what has just failed: a page must not take its whole budget each time. */
const FAILED_MS = 10_000;
const SNAPSHOT_EVERY_MS = 300_000;
const MOST_ANSWERS = 1_000;
const MOST_BYTES = 16 * 2 ** 20;
/** Of an answer, besides its text. */
const OVERHEAD_BYTES = 512;

interface Held {
  readonly told: Told<unknown> | undefined;
  /** Until then it is told as it is. */
  readonly until: number;
  readonly bytes: number;
}

export function createTell(deps: TellDeps): Tell {
  const { client, state, gate, openGate, threshold, date, now, log, budgetMs = BUDGET_MS } = deps;
  const answers = () =>
    new LRUCache<string, Held>({
      max: MOST_ANSWERS,
      maxSize: MOST_BYTES,
      sizeCalculation: ({ bytes }) => OVERHEAD_BYTES + bytes,
    });
  /** Apart, so that however many names are asked for, the last answers that pages show stay. */
  const [ofPages, ofNames] = [answers(), answers()];
  const asking = new Map<string, Promise<Held>>();
  const keptAt = new Map<string, number>();
  let failing = false; // said once

  const tell: Tell = async <Wanted, Found>(topic: Topic<Wanted, Found>, wanted: Wanted) => {
    if (!client) return 'not-configured';
    const held = topic.keptAs ? ofPages : ofNames;
    const question = `${topic.name} ${JSON.stringify(wanted)}`;
    const known = held.get(question);
    if (known && now() < known.until) return answer<Found>(known);
    let asked = asking.get(question);
    if (!asked) {
      asked = look(topic, wanted, client, known).finally(() => asking.delete(question));
      asking.set(question, asked);
      asked.then((found) => held.set(question, found)).catch(() => {}); // `look` does not throw
    }
    return answer<Found>(await waited(asked));
  };

  async function look<Wanted, Found>(
    topic: Topic<Wanted, Found>,
    wanted: Wanted,
    by: Client,
    last: Held | undefined,
  ): Promise<Held> {
    try {
      const at = date();
      const found = await inTime(
        (signal) => through(topic, () => topic.ask(wanted, { client: by, now: at, threshold }, signal)),
        budgetMs,
      );
      failing = false;
      const text = formatSnapshot({ at, found, threshold });
      await keep(topic.keptAs && snapshotKey(topic.name, topic.keptAs(wanted)), text);
      return { told: { found, at, fresh: true }, until: now() + FRESH_MS, bytes: text.length };
    } catch (error) {
      const { code } = describeError(error); // its message may say what was searched for
      log[failing ? 'debug' : 'warn']('analytics.not-told', { topic: topic.name, code });
      failing = true;
      const until = now() + FAILED_MS;
      if (last?.told) return { told: { ...last.told, fresh: false }, until, bytes: last.bytes };
      return { ...(await kept(topic, wanted)), until };
    }
  }

  const through = <T>({ keptAs }: Pick<Topic<never, never>, 'keptAs'>, work: () => Promise<T>): Promise<T> =>
    keptAs ? gate.pass(work) : openGate.pass(() => gate.pass(work));

  async function keep(key: string | undefined, text: string): Promise<void> {
    if (key === undefined || now() < (keptAt.get(key) ?? Number.NEGATIVE_INFINITY)) return;
    keptAt.set(key, now() + SNAPSHOT_EVERY_MS);
    await inTime((signal) => state.put(key, Buffer.from(text), { signal }), SNAPSHOT_MS).catch((error: unknown) =>
      log.debug('snapshot.not-kept', { key, code: describeError(error).code }),
    );
  }

  async function kept<Wanted, Found>(topic: Topic<Wanted, Found>, wanted: Wanted): Promise<Omit<Held, 'until'>> {
    const nothing = { told: undefined, bytes: 0 };
    if (!topic.keptAs) return nothing;
    const key = snapshotKey(topic.name, topic.keptAs(wanted));
    const text = await inTime((signal) => readSnapshot(state, key, signal), SNAPSHOT_MS).catch(() => undefined);
    const snapshot = readable((one: string) => parseSnapshot(one, { schema: topic.schema, threshold }), text);
    if (!snapshot) return nothing;
    const { found, at } = snapshot;
    return { told: { found, at, fresh: false }, bytes: text?.length ?? 0 };
  }

  return tell;
}

/** What is held was found by the topic that asks for it: its name is part of the question. */
const answer = <Found>({ told }: Held): Told<Found> | Untold =>
  told === undefined ? 'not-available' : (told as Told<Found>);
