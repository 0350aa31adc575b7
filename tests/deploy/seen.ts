/** What can be seen of a deployment from outside: its channels, its dead letters, its rows, how its functions are configured. */
import { setTimeout as delay } from 'node:timers/promises';
import { CHANNEL_POINTERS, parseChannelPointer } from '../../events/channel-pointer.ts';
import { getText } from '../../shared/bucket/bucket.ts';
import { subscription } from '../../shared/testing/log-delivery.ts';
import { type Deployment, STACK } from './deployment.ts';

export interface DeadLetter {
  readonly body: string;
  readonly code: string | undefined;
  readonly reason: string | undefined;
}

export interface Configured {
  readonly environment: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Seen {
  /** Each channel is here where it stands upstream. @throws when a message has died meanwhile that can be read */
  followed(): Promise<boolean>;
  /** Of copy; they stay where they are. */
  deadLetters(): Promise<readonly DeadLetter[]>;
  configured(name: string): Promise<Configured>;
  /**
   * Gives load all that a function has logged, once more: an emulator hands a delivery to load once, whatever becomes of it, where AWS
   * tries it again. What is there already counts no more. @returns what load answered
   */
  deliverAgain(name: string): Promise<unknown>;
  /** @param query that answers one number. */
  numberOf(query: string): Promise<number>;
}

/** Machine and emulator have enough to do. */
const LOOK_EVERY_MS = 1_000;
const LOOKING = { MaxNumberOfMessages: 10, VisibilityTimeout: 0, MessageAttributeNames: ['All'] };

const MOST_EVENTS = 10_000;

interface Filtered {
  readonly events: readonly { readonly message: string; readonly timestamp: number }[];
}

interface Received {
  readonly Messages?: readonly {
    readonly Body: string;
    readonly MessageAttributes?: Readonly<Record<string, { readonly StringValue: string }>>;
  }[];
}

export function seenOf({ aws, buckets, upstream, clickHouse, queueUrl, invoke }: Deployment): Seen {
  async function deadLetters(): Promise<readonly DeadLetter[]> {
    const asked = { ...LOOKING, QueueUrl: queueUrl('copy-dead-letters') };
    const { Messages = [] } = await aws.json<Received>('sqs', 'AmazonSQS.ReceiveMessage', asked);
    return Messages.map(({ Body, MessageAttributes: { code, reason } = {} }) => ({
      body: Body,
      code: code?.StringValue,
      reason: reason?.StringValue,
    }));
  }
  return {
    deadLetters,
    async followed() {
      await delay(LOOK_EVERY_MS);
      const died = (await deadLetters()).filter(({ code }) => code !== 'MALFORMED');
      if (died.length > 0) throw new Error(`these died: ${JSON.stringify(died)}`);
      for (const [channel, release] of await upstream.standing()) {
        const pointer = await getText(buckets.bucket, `${CHANNEL_POINTERS}${channel}.json`);
        if (pointer === undefined || parseChannelPointer(pointer).release !== release) return false;
      }
      return true;
    },
    async configured(name) {
      const path = `/2015-03-31/functions/${STACK}-${name}`;
      const said = await aws.rest<{
        readonly Configuration: { readonly Environment?: { readonly Variables: Readonly<Record<string, string>> } };
        readonly Tags?: Readonly<Record<string, string>>;
      }>('lambda', 'GET', path);
      return { environment: said?.Configuration.Environment?.Variables ?? {}, tags: said?.Tags ?? {} };
    },
    async deliverAgain(name) {
      const logGroup = `/aws/lambda/${STACK}-${name}`;
      const asked = { logGroupName: logGroup, limit: MOST_EVENTS };
      const { events } = await aws.json<Filtered>('logs', 'Logs_20140328.FilterLogEvents', asked);
      const records = events.filter(({ message }) => message.includes('kind')); // the subscriptions' pattern
      const logEvents = records.map(({ message, timestamp }, index) => ({
        id: `${name} ${index}`,
        timestamp,
        message,
      }));
      return invoke('load', subscription(logEvents, { logGroup }));
    },
    async numberOf(query) {
      return Number((await clickHouse.rows<{ n: string }>(`SELECT (${query}) AS n`))[0]?.n);
    },
  };
}
