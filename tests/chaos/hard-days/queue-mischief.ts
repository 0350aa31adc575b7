/** What a nasty middleman makes of requests to SQS (its JSON protocol), by dice. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Dice } from '../../support/dice.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

type Ask = (target: string, body: string) => Promise<Answer>;

export interface Mischief {
  answer(target: string, body: string): Promise<Answer>;
  calm(): void;
  /** Resolves when what was put off so far is done. */
  putOff(): Promise<void>;
  readonly figures: Readonly<Record<'again' | 'sentAgain' | 'lostDeletes' | 'lateDeletes' | 'lostAnswers', number>>;
}

interface Message {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
}

interface Entry {
  readonly Id: string;
  readonly ReceiptHandle: string;
}

const GIVEN_AGAIN = 0.35;
const SENT_AGAIN = 0.3;
const ANSWER_LOST = 0.08;
const DELETE_LOST = 0.2;
const DELETE_LATE = 0.3;
const LATE_MS = [200, 4_000] as const;
/** A delete that is lost is one that comes when the message is visible again; nobody waits for 90 minutes here. */
const VISIBLE_SECONDS = 1;
const MOST_REMEMBERED = 200;

/** @param isMeant whether the queue of this address is to be treated so */
export function createMischief(ask: Ask, dice: Dice, isMeant: (queueUrl: string) => boolean): Mischief {
  const figures = { again: 0, sentAgain: 0, lostDeletes: 0, lateDeletes: 0, lostAnswers: 0 };
  let given: readonly Message[] = [];
  const waiting = new Set<Promise<unknown>>();
  let isCalm = false;

  /** Errors are the queue's to have: what is done late may come too late. */
  const later = (work: () => Promise<unknown>): void => {
    const done = delay(dice.between(...LATE_MS)).then(work, () => undefined);
    const kept = done.catch(() => undefined).finally(() => waiting.delete(kept));
    waiting.add(kept);
  };

  const loseAnswer = (answer: Answer): Answer => {
    if (!dice.happens(ANSWER_LOST)) return answer;
    figures.lostAnswers += 1;
    return { status: 500, text: '{"__type":"InternalFailure","message":"it is done, but you will not hear of it"}' };
  };

  /** In any order, and among them some that were given before; those are done by now, or will be. */
  async function receive(target: string, body: string): Promise<Answer> {
    const asked = JSON.parse(body) as { readonly MaxNumberOfMessages?: number };
    const most = asked.MaxNumberOfMessages ?? 1;
    const room = given.length > 0 && dice.happens(GIVEN_AGAIN) ? Math.ceil(dice.between(0, most / 2)) : 0;
    const again = shuffled(given, dice).slice(0, Math.min(room, most - 1));
    const answer = await ask(target, JSON.stringify({ ...asked, MaxNumberOfMessages: most - again.length }));
    if (answer.status !== 200) return answer;
    const { Messages = [] } = JSON.parse(answer.text) as { readonly Messages?: readonly Message[] };
    const ids = new Set(Messages.map(({ MessageId }) => MessageId));
    const others = again.filter(({ MessageId }) => !ids.has(MessageId)); // one batch holds no message twice
    figures.again += others.length;
    given = [...given.filter(({ MessageId }) => !ids.has(MessageId)), ...Messages].slice(-MOST_REMEMBERED);
    return { status: 200, text: JSON.stringify({ Messages: shuffled([...Messages, ...others], dice) }) };
  }

  async function send(target: string, body: string): Promise<Answer> {
    if (dice.happens(SENT_AGAIN)) {
      figures.sentAgain += 1;
      later(() => ask(target, body));
    }
    return loseAnswer(await ask(target, body));
  }

  async function deleteSome(target: string, body: string): Promise<Answer> {
    const { QueueUrl, Entries } = JSON.parse(body) as { readonly QueueUrl: string; readonly Entries: readonly Entry[] };
    const now: Entry[] = [];
    for (const entry of Entries) {
      const { ReceiptHandle } = entry;
      if (dice.happens(DELETE_LOST)) {
        figures.lostDeletes += 1;
        await ask(CHANGE, JSON.stringify({ QueueUrl, ReceiptHandle, VisibilityTimeout: VISIBLE_SECONDS }));
      } else if (dice.happens(DELETE_LATE)) {
        figures.lateDeletes += 1;
        later(() => ask(target, JSON.stringify({ QueueUrl, Entries: [entry] })));
      } else now.push(entry);
    }
    if (now.length > 0) await ask(target, JSON.stringify({ QueueUrl, Entries: now }));
    const done = { Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] };
    return loseAnswer({ status: 200, text: JSON.stringify(done) });
  }

  const HOW: Readonly<Record<string, (target: string, body: string) => Promise<Answer>>> = {
    'AmazonSQS.ReceiveMessage': receive,
    'AmazonSQS.SendMessage': send,
    'AmazonSQS.SendMessageBatch': send,
    'AmazonSQS.DeleteMessageBatch': deleteSome,
    [CHANGE]: async (target, body) => loseAnswer(await ask(target, body)),
  };

  return {
    async answer(target, body) {
      const how = isCalm || !isMeant(queueUrlIn(body)) ? undefined : HOW[target];
      return (how ?? ask)(target, body);
    },
    calm() {
      isCalm = true;
    },
    async putOff() {
      await Promise.all(waiting);
    },
    figures,
  };
}

const CHANGE = 'AmazonSQS.ChangeMessageVisibility';

const queueUrlIn = (body: string): string => (JSON.parse(body) as { readonly QueueUrl?: string }).QueueUrl ?? '';

export function shuffled<T>(all: readonly T[], dice: Dice): T[] {
  const left = [...all];
  const dealt: T[] = [];
  while (left.length > 0) dealt.push(...left.splice(Math.floor(dice.between(0, left.length)), 1));
  return dealt;
}
