/** What all S3 servers are to their tests: an endpoint with keys, empty buckets as one asks, an end and a new beginning. */
import { CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { openS3Client } from '../../shared/bucket/s3-client.ts';
import type { Environment } from '../../shared/config/env.ts';
import { freePort } from '../support/free-port.ts';
import { makeFolder, removeFolder } from '../support/temporary-folder.ts';
import { type DaemonOptions, daemon } from './daemon.ts';

export interface S3Server {
  readonly endpoint: string;
  readonly credentials: Keys;
  readonly client: S3Client;
  /** Where it keeps its data: a folder for each bucket. */
  readonly folder: string;
  /** Makes an empty bucket; answers its store URL. */
  createBucket(name: string): Promise<string>;
  kill(): Promise<void>;
  /** On the same port, with the same data. @param secret another one than `credentials` says */
  start(secret?: string): Promise<void>;
  close(): Promise<void>;
}

/** How one of them is started. */
export interface S3Program {
  readonly name: string;
  readonly command: string;
  args(place: Place): readonly string[];
  environment(place: Place, keys: Keys): Environment;
  /** Any status but a 5xx there means that it is ready. */
  readonly health: string;
}

export interface Place {
  readonly port: number;
  readonly folder: string;
}

/** What the SDK finds in the environment. */
export interface Keys {
  readonly AWS_ACCESS_KEY_ID: string;
  readonly AWS_SECRET_ACCESS_KEY: string;
}

const KEYS: Keys = { AWS_ACCESS_KEY_ID: 'copycat-test', AWS_SECRET_ACCESS_KEY: 'copycat-test-secret' };

export async function startS3(program: S3Program): Promise<S3Server> {
  const folder = await makeFolder();
  const place = { port: await freePort(), folder };
  const endpoint = `http://127.0.0.1:${place.port}`;
  const credentials = { accessKeyId: KEYS.AWS_ACCESS_KEY_ID, secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY };
  const client = openS3Client({ endpoint, region: 'us-east-1' }, { credentials });
  const server = daemon(optionsOf(program, place, endpoint));
  const start = (secret = KEYS.AWS_SECRET_ACCESS_KEY) =>
    server.start(program.environment(place, { ...KEYS, AWS_SECRET_ACCESS_KEY: secret }));
  await start();
  return {
    ...{ endpoint, credentials: KEYS, client, folder, start, kill: server.kill },
    async createBucket(name) {
      await client.send(new CreateBucketCommand({ Bucket: name }));
      return `s3://${name}?endpoint=${endpoint}&region=us-east-1`;
    },
    async close() {
      client.destroy();
      await server.kill();
      await removeFolder(folder);
    },
  };
}

const optionsOf = (program: S3Program, place: Place, endpoint: string): DaemonOptions => ({
  name: program.name,
  command: program.command,
  args: program.args(place),
  environment: {},
  isReady: async () => (await fetch(endpoint + program.health)).status < 500,
});
