/** The whole pipeline with both buckets on a real MinIO, in good times and while the buckets are in trouble. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseBucketUsage, USAGE_KEY } from '../../events/bucket-usage.ts';
import { parseChannelPointer } from '../../events/channel-pointer.ts';
import { type Bucket, getText } from '../../shared/bucket/bucket.ts';
import { describeWithUpstream } from '../support/describe-with.ts';
import { until } from '../support/eventually.ts';
import { messagesLeft, readHoldings } from '../support/holdings.ts';
import type { Program } from '../support/program.ts';
import { isUpstreams } from '../support/reference-bytes.ts';
import { closureOf, hashOf, releasesAt } from '../support/reference-upstream.ts';
import { openWorld, type World } from '../support/world.ts';
import { findMinio, startMinio } from './minio.ts';
import { createPlace } from './s3-place.ts';
import type { S3Server } from './s3-server.ts';

const minioProgram = await findMinio();

/** Slow enough that most of the work is still to do when something happens. */
const SLOW_UPSTREAM = ['--latency-ms', '100', '--kbps', '1000'];
const QUICK = { POLL_INTERVAL: '1s' };
const NOTICED_MS = 40_000;
/** All its processes know by then: a failure takes the client three tries. */
const NOTICED_BY_ALL_MS = 5_000;
const QUIET_MS = 4_000;
const ALL_MS = 120_000;
const STOP_MS = 30_000;
const TEST_MS = 240_000;

if (!minioProgram) describe.skip('a mirror on MinIO', () => it('needs MINIO', () => undefined));
else
  describeWithUpstream('a mirror on MinIO', (shared) => {
    let minio: S3Server;
    let world: World;
    let worlds = 0;
    beforeAll(async () => {
      minio = await startMinio(minioProgram);
    });
    afterEach(() => world.close());
    afterAll(() => minio.close());

    const open = async (...serveArgs: readonly string[]): Promise<void> => {
      worlds += 1;
      world = await openWorld(shared, serveArgs, await createPlace(minio, `world-${worlds}`));
    };

    it(
      'brings everything, moves the channels and serves upstream’s bytes',
      async () => {
        await open();
        expect(await world.once()).toMatchObject({ code: 0, failedChannels: [], deadLettered: 0, unavailable: {} });
        expect(await allHaveMoved()).toBe(true);
        await expectComplete();

        const mirror = await world.lasting();
        const [hash = ''] = (await readHoldings(world.buckets)).visible;
        const narInfo = await (await fetch(`${mirror.url}/${hash}.narinfo`)).text();
        const [, key = ''] = /^URL: (\S+)$/m.exec(narInfo) ?? [];
        const nar = await (await fetch(`${mirror.url}/${key}`)).bytes();
        expect(await isUpstreams(world.reference, key, nar)).toBe(true);
        expect(await mirror.stop()).toBe(0);
      },
      TEST_MS,
    );

    interface Trouble {
      readonly what: string;
      /** One after the other; the last one mends it. */
      readonly steps: readonly (() => Promise<void>)[];
      readonly answers: RegExp;
    }
    const troubles: readonly Trouble[] = [
      {
        what: 'MinIO is stopped, and refuses the keys for a while when it is back',
        steps: [
          () => minio.kill(),
          () => minio.start('another-secret'),
          async () => {
            await minio.kill();
            await minio.start();
          },
        ],
        answers: /ECONNREFUSED|ECONNRESET|EPIPE/,
      },
      {
        what: 'the public bucket is gone',
        steps: [takeBucketAway, giveBucketBack],
        answers: /NoSuchBucket|AccessDenied/, // the latter to an object that was on its way
      },
    ];
    const folderOfBucket = (): string => join(minio.folder, `world-${worlds}-cache`);
    /** At once, and with something in its place: MinIO makes the folder anew for an object that is on its way. */
    async function takeBucketAway(): Promise<void> {
      const folder = folderOfBucket();
      renameSync(folder, `${folder}.gone`);
      writeFileSync(folder, '');
    }
    async function giveBucketBack(): Promise<void> {
      const folder = folderOfBucket();
      rmSync(folder);
      renameSync(`${folder}.gone`, folder);
    }

    it.each(troubles)(
      'pauses while $what, says so once, and goes on by itself',
      async ({ steps, answers }) => {
        await open(...SLOW_UPSTREAM);
        const { program } = await world.lasting(QUICK);
        await until('something to be visible', somethingIsVisible, NOTICED_MS);
        for (const step of steps.slice(0, -1)) {
          await step();
          await until('it to notice', async () => linesAbout(program, 'cache').length > 0, NOTICED_MS).catch(
            (error: unknown) => {
              throw new Error(`it did not notice:\n${outputOf(program)}`, { cause: error });
            },
          );
          await delay(NOTICED_BY_ALL_MS);
          const before = (await world.upstream.requests()).length;
          await delay(QUIET_MS);
          const asked = (await world.upstream.requests()).slice(before).map(({ url }) => url);
          expect(asked.filter((url) => url.startsWith('/cache/'))).toEqual([]);
        }
        await steps.at(-1)?.();
        await until('everything to arrive', allHaveMoved, ALL_MS);
        program.signal('SIGINT', 'group');
        expect(await program.end(STOP_MS)).toBe(0);
        for (const name of ['cache', 'state']) expectBeginAndEnd(linesAbout(program, name));
        expect(linesAbout(program, 'cache')[0]).toMatch(answers);
        await expectComplete();
      },
      TEST_MS,
    );

    it(
      'starts with wrong keys, says so in one line for each bucket, and brings everything once they are right',
      async () => {
        await open();
        const mirror = world.launch({ ...QUICK, AWS_SECRET_ACCESS_KEY: 'wrong-secret' });
        await until('it to start', async () => outputOf(mirror).includes('Copycat serves'), NOTICED_MS);
        await delay(NOTICED_BY_ALL_MS);
        mirror.signal('SIGINT', 'group');
        expect(await mirror.end(STOP_MS)).toBe(0);
        for (const name of ['cache', 'state'])
          expect(linesAbout(mirror, name)).toEqual([expect.stringContaining('SignatureDoesNotMatch (403)')]);
        expect(outputOf(mirror)).not.toContain('wrong-secret');
        expect(await world.once()).toMatchObject({ code: 0, deadLettered: 0 });
        await expectComplete();
      },
      TEST_MS,
    );

    it(
      'pauses at MAX_BUCKET_BYTES, and goes on once that is raised',
      async () => {
        await open(...SLOW_UPSTREAM);
        const limit = 1_000_000;
        const { program } = await world.lasting({ ...QUICK, MAX_BUCKET_BYTES: String(limit), COPY_CONCURRENCY: '2' });
        await until('it to pause', async () => /holds .* MAX_BUCKET_BYTES is/.test(outputOf(program)), ALL_MS);
        await delay(NOTICED_BY_ALL_MS);
        const held = await bytesIn(world.buckets.bucket);
        await delay(QUIET_MS);
        expect(await bytesIn(world.buckets.bucket)).toBe(held);
        expect(await allHaveMoved()).toBe(false);
        process.stdout.write(`MAX_BUCKET_BYTES=${limit}: paused at ${held}\n`);
        program.signal('SIGINT', 'group');
        expect(await program.end(STOP_MS)).toBe(0);

        expect(await world.once({ MAX_BUCKET_BYTES: '1GB' })).toMatchObject({ code: 0, deadLettered: 0 });
        await expectComplete();
        const usage = parseBucketUsage((await getText(world.buckets.state, USAGE_KEY)) ?? '');
        expect(usage.bytes).toBeGreaterThan(0.9 * (await bytesIn(world.buckets.bucket)));
      },
      TEST_MS,
    );

    async function allHaveMoved(): Promise<boolean> {
      for (const [channel, release] of releasesAt(world.reference, 0)) {
        const pointer = await getText(world.buckets.bucket, `channels/${channel}.json`);
        if (pointer === undefined || parseChannelPointer(pointer).release !== release) return false;
      }
      return true;
    }

    /** Of the closures of all first releases everything, and nothing else, and nothing under way. */
    async function expectComplete(): Promise<void> {
      const first = world.reference.releases.filter(({ step }) => step === 0).flatMap(({ listed }) => listed);
      const { visible, unavailable, staged } = await readHoldings(world.buckets);
      expect([...visible].sort()).toEqual([...closureOf(world.reference, first)].map(hashOf).sort());
      const left = messagesLeft(world.dataDir);
      expect({ unavailable, staged, left }).toEqual({ unavailable: [], staged: [], left: 0 });
      expect(await world.broken()).toEqual([]);
    }

    async function somethingIsVisible(): Promise<boolean> {
      for await (const { key } of world.buckets.bucket.list('')) if (key.endsWith('.narinfo')) return true;
      return false;
    }

    async function bytesIn(bucket: Bucket): Promise<number> {
      let bytes = 0;
      for await (const { size = 0 } of bucket.list('', { sizes: true })) bytes += size;
      return bytes;
    }

    const outputOf = (program: Program): string => program.out() + program.errors();

    /** Lines of its output that name a bucket. */
    const linesAbout = (program: Program, name: string): readonly string[] =>
      outputOf(program)
        .split('\n')
        .filter((line) => line.includes(`s3://world-${worlds}-${name}`));

    /** Of both buckets one may have got away unnoticed. */
    function expectBeginAndEnd(lines: readonly string[]): void {
      const [begins, ends, ...more] = lines;
      expect({ lines, more }).toEqual({ lines, more: [] });
      if (begins !== undefined) expect(ends).toMatch(/can be used again$/);
    }
  });
