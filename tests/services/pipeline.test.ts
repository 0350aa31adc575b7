/**
 * The whole pipeline on services of other people, in the mixes that make a difference: each of `s3://`, an SQS URL and a ClickHouse URL
 * alone, and all of them. What is not said stays on this machine.
 */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sqsQueue } from '../../shared/queue/sqs.ts';
import type { TestClickHouse } from '../support/clickhouse.ts';
import { describeWithUpstream, hasClickHouse } from '../support/describe-with.ts';
import { givenClickHouseUrl, startGivenClickHouse } from '../support/given-clickhouse.ts';
import { readHoldings } from '../support/holdings.ts';
import { closureOf, hashOf } from '../support/reference-upstream.ts';
import { makeFolder, removeFolder } from '../support/temporary-folder.ts';
import { openWorld, type World } from '../support/world.ts';
import { findElasticMq, startElasticMq } from './elasticmq.ts';
import { findMinio, startMinio } from './minio.ts';
import { findMinistack, startMinistack } from './ministack.ts';
import { createPlace } from './s3-place.ts';
import type { S3Server } from './s3-server.ts';
import type { SqsServer } from './sqs-server.ts';
import { findVersitygw, startVersitygw } from './versitygw.ts';

const COPIED = `SELECT count() AS n FROM copies WHERE outcome = 'copied'`;
const TEST_MS = 240_000;
const s3 = { MinIO: [await findMinio(), startMinio], versitygw: [await findVersitygw(), startVersitygw] } as const;
const sqs = {
  ElasticMQ: [await findElasticMq(), startElasticMq],
  ministack: [await findMinistack(), startMinistack],
} as const;

interface Mix {
  readonly s3?: keyof typeof s3;
  readonly sqs?: keyof typeof sqs;
  readonly clickHouse?: boolean;
}
const mixes: readonly Mix[] = [
  { s3: 'versitygw' },
  { sqs: 'ElasticMQ' },
  { sqs: 'ministack' },
  { clickHouse: true },
  { s3: 'MinIO', sqs: 'ElasticMQ', clickHouse: true },
];
const nameOf = (mix: Mix) => [mix.s3, mix.sqs, mix.clickHouse && 'a ClickHouse server'].filter(Boolean).join(' and ');
const isToBeHad = (mix: Mix) =>
  (!mix.s3 || s3[mix.s3][0] !== undefined) &&
  (!mix.sqs || sqs[mix.sqs][0] !== undefined) &&
  (!mix.clickHouse || givenClickHouseUrl() !== undefined || hasClickHouse());

describeWithUpstream('the whole pipeline', (shared) => {
  let opened: AsyncDisposableStack;
  beforeEach(() => {
    opened = new AsyncDisposableStack();
  });
  afterEach(() => opened.disposeAsync());

  async function startS3Server(name: keyof typeof s3): Promise<S3Server> {
    const [program = '', start] = s3[name];
    const server = await start(program);
    opened.defer(server.close);
    return server;
  }
  async function startSqsServer(name: keyof typeof sqs): Promise<SqsServer> {
    const [program = '', start] = sqs[name];
    const server = await start(program);
    opened.defer(server.close);
    return server;
  }
  async function startServer(): Promise<TestClickHouse> {
    const folder = await makeFolder();
    opened.defer(() => removeFolder(folder));
    const server = await startGivenClickHouse(folder);
    opened.defer(server.stop);
    return server;
  }

  for (const mix of mixes)
    (isToBeHad(mix) ? it : it.skip)(
      `brings everything with ${nameOf(mix)}, and keeps nothing here that has its place there`,
      async () => {
        const place = mix.s3 && (await createPlace(await startS3Server(mix.s3), 'mirror'));
        const queues = mix.sqs && (await startSqsServer(mix.sqs));
        const clickHouse = mix.clickHouse ? await startServer() : undefined;
        const world = await openWorld(shared, [], place || undefined);
        opened.defer(() => world.close());
        const environment = {
          ...(queues ? queues.environment : {}),
          ...(place ? place.environment : {}), // the SQS servers take any keys
          ...(clickHouse ? { CLICKHOUSE_URL: clickHouse.url } : {}),
        };
        expect(await world.once(environment)).toMatchObject({
          ...{ code: 0, failedChannels: [], deadLettered: 0, unavailable: {} },
        });
        await expectComplete(world);
        const copied = (await readHoldings(world.buckets)).visible.size;

        expect(existsSync(join(world.dataDir, 'cache'))).toBe(!place);
        expect(existsSync(join(world.dataDir, 'queues'))).toBe(!queues);
        if (queues) await expectEmpty(queues);
        if (clickHouse) {
          const [counted] = await clickHouse.rows<{ n: string }>(COPIED);
          expect(Number(counted?.n)).toBe(copied);
          expect(await readdir(join(world.dataDir, 'spool'))).toEqual([]);
        }

        const mirror = await world.lasting(environment); // finds the queues that the run before has made
        const [hash = ''] = (await readHoldings(world.buckets)).visible;
        expect((await fetch(`${mirror.url}/${hash}.narinfo`)).status).toBe(200);
        expect(await mirror.stop()).toBe(0);
        expect(mirror.program.out() + mirror.program.errors()).not.toMatch(/queue\.differs|bucket\.failed/);
      },
      TEST_MS,
    );
});

async function expectComplete(world: World): Promise<void> {
  const first = world.reference.releases.filter(({ step }) => step === 0).flatMap(({ listed }) => listed);
  const { visible, unavailable, staged } = await readHoldings(world.buckets);
  expect([...visible].sort()).toEqual([...closureOf(world.reference, first)].map(hashOf).sort());
  expect({ unavailable, staged }).toEqual({ unavailable: [], staged: [] });
  expect(await world.broken()).toEqual([]);
}

async function expectEmpty({ client, endpoint }: SqsServer): Promise<void> {
  for (const name of ['copy', 'copy-dead-letters']) {
    const queue = sqsQueue({ client, url: `${endpoint}/000000000000/copycat-dev-${name}` });
    expect(await queue.depth()).toEqual({ waiting: 0, inFlight: 0, delayed: 0 });
  }
}
