/** What can be seen of a deployment from outside: its channels, its dead letters, its rows, how its functions are configured. */
import { setTimeout as delay } from 'node:timers/promises';
import { CHANNEL_POINTERS, parseChannelPointer } from '../../events/channel-pointer.ts';
import { getText } from '../../shared/bucket/bucket.ts';
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
  /** @param query that answers one number. */
  numberOf(query: string): Promise<number>;
}

/** Machine and emulator have enough to do. */
const LOOK_EVERY_MS = 1_000;
const LOOKING = { MaxNumberOfMessages: 10, VisibilityTimeout: 0, MessageAttributeNames: ['All'] };

interface Received {
  readonly Messages?: readonly {
    readonly Body: string;
    readonly MessageAttributes?: Readonly<Record<string, { readonly StringValue: string }>>;
  }[];
}

export function seenOf({ aws, buckets, upstream, clickHouse, queueUrl }: Deployment): Seen {
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
    async numberOf(query) {
      return Number((await clickHouse.rows<{ n: string }>(`SELECT (${query}) AS n`))[0]?.n);
    },
  };
}
