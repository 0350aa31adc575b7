/** MinIO is stopped for some seconds, and started again, while many read and copies run: what readers are told, and that all goes on. */
import { setTimeout as delay } from 'node:timers/promises';
import { parseNarInfo } from '../../shared/nix/narinfo.ts';
import { describeWithUpstream } from '../support/describe-with.ts';
import { until } from '../support/eventually.ts';
import { bytesAt, messagesLeft, readHoldings } from '../support/holdings.ts';
import { closureOf, hashOf } from '../support/reference-upstream.ts';
import { openWorld, type World } from '../support/world.ts';
import { type Crowd, sendCrowd } from './crowd.ts';
import { findMinio, startMinio } from './minio.ts';
import { createPlace } from './s3-place.ts';
import type { S3Server } from './s3-server.ts';

const program = await findMinio();
/** Slow enough that copies are under way all the while. */
const UPSTREAM = ['--latency-ms', '200', '--kbps', '400'];
const SOME = 10;
const QUIET_MS = 3_000;
const AWAY_MS = 6_000;
const OUTAGES = 2;
const BACK_MS = 30_000;
const ALL_MS = 150_000;

if (!program) describe.skip('MinIO under load', () => it('needs MINIO', () => undefined));
else
  describeWithUpstream('MinIO that is stopped and started under load', (shared) => {
    let minio: S3Server;
    let world: World;
    let crowd: Crowd | undefined;
    beforeAll(async () => {
      minio = await startMinio(program);
      world = await openWorld(shared, UPSTREAM, await createPlace(minio, 'outage'));
    });
    afterAll(async () => {
      await crowd?.leave();
      await world.close();
      await minio.close();
    });

    it('costs readers of narinfos misses and no errors, is over when it is back, and copies go on', async () => {
      const mirror = await world.lasting({ POLL_INTERVAL: '1s', NARINFO_CACHE_BYTES: '1KiB', COPY_CONCURRENCY: '6' });
      const visible = async () => [...(await readHoldings(world.buckets)).visible];
      await until('some to be visible', async () => (await visible()).length >= SOME, BACK_MS);
      const narInfos = (await visible()).map((hash) => `${hash}.narinfo`);
      const texts = await Promise.all(narInfos.map((key) => bytesAt(world.buckets.bucket, key)));
      crowd = sendCrowd(mirror.url, { narInfos, nars: texts.map((text) => parseNarInfo(text ?? '').url) });

      for (let outage = 0; outage < OUTAGES; outage += 1) {
        await delay(QUIET_MS);
        const before = crowd.heard();
        expect([Object.keys(before.narInfos), Object.keys(before.nars)]).toEqual([['200'], ['200']]);
        const copiedBefore = (await visible()).length;
        expect(copiedBefore).toBeLessThan(everything().length); // there is work to do

        await minio.kill();
        await delay(AWAY_MS);
        const during = crowd.heard();
        expect(Object.keys(during.narInfos).filter((status) => !['200', '404'].includes(status))).toEqual([]);
        expect(during.narInfos[404]).toBeGreaterThan(0);
        expect(Object.keys(during.nars).filter((status) => !['200', '503', 'cut'].includes(status))).toEqual([]);
        await minio.start();
        const recovered = async () => {
          crowd?.heard();
          await delay(1_000);
          const { narInfos: infos, nars } = crowd?.heard() ?? { narInfos: {}, nars: {} };
          return Object.keys(infos).join() === '200' && Object.keys(nars).join() === '200';
        };
        await until('all reads to be answered again', recovered, BACK_MS);
        process.stdout.write(`outage ${outage}: ${JSON.stringify({ before, during })}\n`);
      }

      const isComplete = async () => (await visible()).length === everything().length;
      await until('everything to arrive', isComplete, ALL_MS);
      await crowd.leave();
      expect(await mirror.stop()).toBe(0);
      expect([...(await visible())].sort()).toEqual(everything());
      expect(messagesLeft(world.dataDir)).toBe(0);
      expect(await world.broken()).toEqual([]);
    }, 300_000);

    const everything = () => {
      const first = world.reference.releases.filter(({ step }) => step === 0).flatMap(({ listed }) => listed);
      return [...closureOf(world.reference, first)].map(hashOf).sort();
    };
  });
