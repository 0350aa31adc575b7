/**
 * A stage of its own on an emulator, and all around it that is real: buckets in MinIO, ClickHouse behind its HTTP interface, an upstream,
 * and an address for clients. Nothing is deployed yet.
 */
import { s3Bucket } from '../../shared/bucket/s3.ts';
import type { Environment } from '../../shared/config/env.ts';
import { startMinio } from '../services/minio.ts';
import type { S3Server } from '../services/s3-server.ts';
import { startTestClickHouse, type TestClickHouse } from '../support/clickhouse.ts';
import type { Buckets } from '../support/holdings.ts';
import { makeFolder, removeFolder } from '../support/temporary-folder.ts';
import { type Aws, openAws } from './aws.ts';
import { type Checkout, type Ended, openCheckout } from './checkout.ts';
import { CREDENTIALS, type Emulator } from './emulator.ts';
import { type Front, openFront } from './front.ts';
import { openUpstream, type Upstream } from './upstream.ts';

export const STAGE = 'local';
export const STACK = `copycat-${STAGE}`;

export interface Deployment {
  readonly folder: string;
  readonly aws: Aws;
  readonly checkout: Checkout;
  readonly upstream: Upstream;
  readonly minio: S3Server;
  readonly buckets: Buckets;
  readonly clickHouse: TestClickHouse;
  /** Where clients ask; it leads to the function URL, once there is one. */
  readonly front: Front;
  /** What a person says who deploys and operates it. */
  readonly environment: Environment;
  deploy(): Promise<Ended>;
  /** @param name as in serverless.yml. @returns what it returned */
  invoke<T>(name: string, event?: object): Promise<T>;
  queueUrl(name: string): string;
  close(): Promise<void>;
}

export interface Programs {
  readonly emulator: (folder: string) => Promise<Emulator>;
  readonly minio: string;
}

export async function openDeployment(programs: Programs): Promise<Deployment> {
  const folder = await makeFolder();
  const ends: (() => Promise<void>)[] = [() => removeFolder(folder)];
  const close = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  const ending = <T>(one: T, end: () => Promise<void>): T => {
    ends.push(end);
    return one;
  };
  try {
    const minio = await startMinio(programs.minio);
    ending(minio, minio.close);
    const upstream = await openUpstream(folder);
    ending(upstream, upstream.stop);
    const clickHouse = await startTestClickHouse(`${folder}/clickhouse`);
    ending(clickHouse, clickHouse.stop);
    const emulator = await programs.emulator(folder);
    ending(emulator, emulator.stop);
    const endpoint = emulator.environment.AWS_ENDPOINT_URL;
    const front = await openFront(endpoint);
    ending(front, front.close);
    const checkout = await openCheckout(folder);
    // Each instance is a process of this machine, and starts as slowly as the machine is small.
    await checkout.change('serverless.yml', 'maximumConcurrency: 20', 'maximumConcurrency: 3');
    const aws = openAws(endpoint);
    const environment = {
      ...emulator.environment,
      ...upstream.environment,
      BUCKET: await minio.createBucket('cache'),
      STATE: await minio.createBucket('state'),
      BUCKET_ACCESS_KEY_ID: minio.credentials.AWS_ACCESS_KEY_ID,
      BUCKET_SECRET_ACCESS_KEY: minio.credentials.AWS_SECRET_ACCESS_KEY,
      CLICKHOUSE_URL: clickHouse.url,
      PUBLIC_URL: front.url,
      COPY_PATIENCE: '5s', // so that what fails is soon dead
      COPY_PATIENCE_RECEIVES: '3',
    };
    const open = (bucket: string) => s3Bucket({ client: minio.client, bucket, name: `s3://${bucket}` });
    return {
      ...{ folder, aws, checkout, upstream, minio, clickHouse, front, environment, close },
      buckets: { bucket: open('cache'), state: open('state') },
      deploy: () => checkout.deploy(environment),
      async invoke<T>(name: string, event: object = {}): Promise<T> {
        const path = `/2015-03-31/functions/${STACK}-${name}/invocations`;
        const said = await aws.rest<T>('lambda', 'POST', path, event);
        if (said === undefined) throw new Error(`there is no function ${name}`);
        return said;
      },
      queueUrl: (name) => `${endpoint}/${CREDENTIALS.AWS_ACCESS_KEY_ID}/${STACK}-${name}`,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
