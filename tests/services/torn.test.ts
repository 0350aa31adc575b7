/**
 * A mirror on a server that shows torn objects (versitygw), of an upstream with corrupt NARs: copy withholds the last bytes of each, so
 * that the rest of it lies there under its key, with the NarHash of the right one. It is nothing to anyone, and gives way to the right one.
 */
import { type Bucket, bytesOf } from '../../shared/bucket/bucket.ts';
import { describeWithUpstream } from '../support/describe-with.ts';
import { until } from '../support/eventually.ts';
import { readHoldings } from '../support/holdings.ts';
import { closureOf, hashOf } from '../support/reference-upstream.ts';
import { openWorld, type World } from '../support/world.ts';
import { createPlace } from './s3-place.ts';
import type { S3Server } from './s3-server.ts';
import { findVersitygw, startVersitygw } from './versitygw.ts';

const program = await findVersitygw();
const MET_MS = 120_000;
const HEAL_MS = 180_000;

if (!program) describe.skip('torn objects', () => it('needs VERSITYGW', () => undefined));
else
  describeWithUpstream('a mirror on a server that shows torn objects', (shared) => {
    let server: S3Server;
    let world: World;
    beforeAll(async () => {
      server = await startVersitygw(program);
      world = await openWorld(shared, ['--faults', 'all'], await createPlace(server, 'torn'));
    });
    afterAll(async () => {
      await world.close();
      await server.close();
    });

    const tornIn = async (bucket: Bucket): Promise<readonly string[]> => {
      const torn: string[] = [];
      for await (const { key } of bucket.list('nar/')) if (!(await bucket.head(key))) torn.push(key);
      return torn;
    };

    it('names none of them, and brings the right ones once upstream has them', async () => {
      const { bucket } = world.buckets;
      const mirror = await world.lasting({ POLL_INTERVAL: '1s', RETRY_UNAVAILABLE_AFTER: '1s' });
      await until('torn objects', async () => (await tornIn(bucket)).length > 0, MET_MS);
      const [torn = ''] = await tornIn(bucket);
      expect((await fetch(`${mirror.url}/${torn}`)).status).toBe(404);

      await world.upstream.repairAll();
      const first = world.reference.releases.filter(({ step }) => step === 0).flatMap(({ listed }) => listed);
      const everything = [...closureOf(world.reference, first)].map(hashOf).sort();
      const isWhole = async (): Promise<boolean> => {
        const { visible, unavailable } = await readHoldings(world.buckets);
        return visible.size === everything.length && unavailable.length === 0;
      };
      await until('everything to appear', isWhole, HEAL_MS);
      const answer = await fetch(`${mirror.url}/${torn}`);
      expect(answer.status).toBe(200);
      const held = await bucket.get(torn);
      expect(held && (await bytesOf(held.body)).equals(await answer.bytes())).toBe(true);
      expect(await mirror.stop()).toBe(0);
      expect(await tornIn(bucket)).toEqual([]);
      expect(await world.broken()).toEqual([]);
    }, 400_000);
  });
