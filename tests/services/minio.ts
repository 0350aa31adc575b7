/** A real MinIO on the loopback, when there is one: `MINIO` names the program. */
import { type ChildProcess, spawn } from 'node:child_process';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { openS3Client } from '../../shared/bucket/s3-client.ts';
import { readEnv } from '../../shared/config/env.ts';
import { optional, text } from '../../shared/config/readers.ts';
import { freePort } from '../support/free-port.ts';

export interface Minio {
  readonly endpoint: string;
  /** What the SDK finds in the environment. */
  readonly credentials: { readonly AWS_ACCESS_KEY_ID: string; readonly AWS_SECRET_ACCESS_KEY: string };
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

/** Undefined, and said loudly, where there is no MinIO. */
export async function findMinio(): Promise<string | undefined> {
  const { MINIO } = readEnv({ MINIO: optional(text()) });
  try {
    await access(MINIO ?? '');
    return MINIO;
  } catch {
    process.stderr.write(`SKIPPED: MINIO names no program (${MINIO ?? 'it is not set'}); .ci/run builds one\n`);
    return undefined;
  }
}

const READY_MS = 20_000;
const keys = { AWS_ACCESS_KEY_ID: 'copycat-test', AWS_SECRET_ACCESS_KEY: 'copycat-test-secret' };

export async function startMinio(program: string): Promise<Minio> {
  const folder = await mkdtemp(path.join(tmpdir(), 'copycat-minio-'));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const credentials = { accessKeyId: keys.AWS_ACCESS_KEY_ID, secretAccessKey: keys.AWS_SECRET_ACCESS_KEY };
  const client = openS3Client({ endpoint, region: 'us-east-1' }, { credentials });
  let child: ChildProcess | undefined;

  const start = async (secret = keys.AWS_SECRET_ACCESS_KEY): Promise<void> => {
    child = spawn(program, ['server', '--quiet', '--address', `127.0.0.1:${port}`, folder], {
      env: { MINIO_ROOT_USER: keys.AWS_ACCESS_KEY_ID, MINIO_ROOT_PASSWORD: secret, HOME: folder },
      stdio: 'ignore',
    });
    for (let waited = 0; waited < READY_MS; waited += 100) {
      const ready = await fetch(`${endpoint}/minio/health/ready`).catch(() => undefined);
      if (ready?.ok) return;
      await delay(100);
    }
    throw new Error('MinIO did not get ready');
  };
  const kill = async (): Promise<void> => {
    const dying = child;
    child = undefined;
    if (!dying || dying.exitCode !== null) return;
    const gone = new Promise((resolve) => dying.once('exit', resolve));
    dying.kill('SIGKILL');
    await gone;
  };

  await start();
  return {
    endpoint,
    credentials: keys,
    client,
    folder,
    start,
    kill,
    async createBucket(name) {
      await client.send(new CreateBucketCommand({ Bucket: name }));
      return `s3://${name}?endpoint=${endpoint}&region=us-east-1`;
    },
    async close() {
      client.destroy();
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
