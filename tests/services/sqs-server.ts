/** What all SQS servers are to their tests: an endpoint that takes any keys, and an end and a new beginning. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Environment } from '../../shared/config/env.ts';
import { openSqsClient } from '../../shared/queue/open.ts';
import { freePort } from '../support/free-port.ts';
import { makeFolder, removeFolder } from '../support/temporary-folder.ts';
import { daemon } from './daemon.ts';

export interface SqsServer {
  readonly endpoint: string;
  /** What a mirror is told of it. */
  readonly environment: Environment;
  readonly client: SQSClient;
  close(): Promise<void>;
}

/** How one of them is started. */
export interface SqsProgram {
  readonly name: string;
  readonly command: string;
  args(port: number): readonly string[];
  environment(port: number): Environment;
  /** Any status but a 5xx there means that it is ready. */
  readonly health: string;
}

const KEYS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

export async function startSqs({ name, command, args, environment, health }: SqsProgram): Promise<SqsServer> {
  const folder = await makeFolder();
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const isReady = async () => (await fetch(endpoint + health)).status < 500;
  const home = { HOME: folder, TMPDIR: folder };
  const server = daemon({ name, command, args: args(port), environment: { ...home, ...environment(port) }, isReady });
  await server.start();
  const credentials = { accessKeyId: KEYS.AWS_ACCESS_KEY_ID, secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY };
  const client = openSqsClient({ endpoint, region: 'us-east-1', credentials });
  return {
    ...{ endpoint, client },
    environment: { AWS_ENDPOINT_URL_SQS: endpoint, ...KEYS },
    async close() {
      client.destroy();
      await server.kill();
      await removeFolder(folder);
    },
  };
}
