/**
 * SQS at its worst, as far as its promises go: a server of our own (the embedded one) behind a middleman that gives messages in any
 * order and again when they are done, sends them twice, and answers deletes that it does late or not at all. Standard queues may do all
 * of that; what they never do is lose a message.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { queueNamed } from '../../../local/queues.ts';
import { startSqsServer } from '../../../local/sqs-server.ts';
import type { Environment } from '../../../shared/config/env.ts';
import { inheritedEnvironment } from '../../../shared/config/env.ts';
import { silentLog } from '../../../shared/log.ts';
import { openSqsClient } from '../../../shared/queue/open.ts';
import { sqsQueue } from '../../../shared/queue/sqs.ts';
import { listenHttp } from '../../../shared/testing/http-server.ts';
import type { Dice } from '../../support/dice.ts';
import { createMischief, type Mischief } from './queue-mischief.ts';

export interface NastyQueues {
  /** What a mirror is told, so that its queues are these. */
  readonly environment: Environment;
  /** Sends to the copy queue, as a script beside the mirror does. There is none before a mirror has made it. */
  send(bodies: readonly string[]): Promise<void>;
  /** Messages of the copy queue that are not done, and of its dead letters. */
  depths(): Promise<{ readonly work: number; readonly dead: number }>;
  /** From now on everything is done as asked; what was put off is done first. */
  calm(): Promise<void>;
  /** How often it did what. */
  figures(): Mischief['figures'];
  close(): Promise<void>;
}

const NAME = 'copycat-dev-copy';
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
const REGION = 'us-east-1';
const PUT_OFF_MS = 10_000;

/** @param directory for the server's data */
export async function startNastyQueues(directory: string, dice: Dice): Promise<NastyQueues> {
  const { PATH } = inheritedEnvironment();
  const server = await startSqsServer({ directory, environment: { PATH }, log: silentLog, onLine: () => undefined });
  const { endpoint } = server;
  const ask = async (target: string, body: string): Promise<{ readonly status: number; readonly text: string }> => {
    const headers = {
      'x-amz-target': target,
      'content-type': 'application/x-amz-json-1.0',
      authorization: AUTHORIZATION,
    };
    const answer = await fetch(endpoint, { method: 'POST', headers, body });
    return { status: answer.status, text: await answer.text() };
  };
  const mischief = createMischief(ask, dice, (url) => url.endsWith(`/${NAME}`));
  const middleman = await listenHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      const target = String(request.headers['x-amz-target']);
      mischief.answer(target, Buffer.concat(chunks).toString('utf8')).then(
        ({ status, text }) => response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(text),
        () => request.socket.destroy(),
      );
    });
  });
  const client = openSqsClient({
    endpoint: middleman.url,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const named = async (name: string) => {
    const url = (await queueNamed(name, { client, endpoint }))?.url;
    return url === undefined ? undefined : sqsQueue({ client, url });
  };
  const depthOf = async (name: string): Promise<number> => {
    const { waiting = 0, inFlight = 0, delayed = 0 } = (await (await named(name))?.depth()) ?? {};
    return waiting + inFlight + delayed;
  };

  return {
    environment: { AWS_ENDPOINT_URL_SQS: middleman.url, AWS_REGION: REGION, ...CREDENTIALS },
    async send(bodies) {
      const queue = await named(NAME);
      if (!queue) throw new Error(`there is no queue ${NAME}`);
      await queue.sendAll(bodies, AbortSignal.timeout(PUT_OFF_MS));
    },
    depths: async () => ({ work: await depthOf(NAME), dead: await depthOf(`${NAME}-dead-letters`) }),
    async calm() {
      mischief.calm();
      await Promise.race([mischief.putOff(), delay(PUT_OFF_MS)]);
    },
    figures: () => mischief.figures,
    async close() {
      mischief.calm();
      client.destroy();
      await middleman.close();
      await server.stop();
    },
  };
}

/** The server looks at the region in it, and at nothing else. */
const AUTHORIZATION = `AWS4-HMAC-SHA256 Credential=local/20260101/${REGION}/sqs/aws4_request, SignedHeaders=host, Signature=0`;
