/** The contract of a bucket on real S3 servers, and what only S3 does. */
import { setTimeout as delay } from 'node:timers/promises';
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { type Bucket, bytesOf, getText } from '../../shared/bucket/bucket.ts';
import { itIsABucket } from '../../shared/bucket/contract.ts';
import { s3Bucket } from '../../shared/bucket/s3.ts';
import { openS3Client } from '../../shared/bucket/s3-client.ts';
import { createPresign } from '../../shared/bucket/s3-presign.ts';
import { openCutOff } from './cut-off.ts';
import { findMinio, startMinio } from './minio.ts';
import type { S3Server } from './s3-server.ts';
import { findVersitygw, startVersitygw } from './versitygw.ts';

/** Until a server has noticed that nobody sends any more. */
const SEEN_MS = 300;

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

const servers = [
  ['MinIO', await findMinio(), startMinio],
  ['versitygw', await findVersitygw(), startVersitygw],
] as const;

for (const [name, program, start] of servers)
  (program ? describe : describe.skip)(name, () => {
    let server: S3Server;
    let buckets = 0;
    beforeAll(async () => {
      server = await start(program ?? '');
    });
    afterAll(() => server.close());

    const open = async (more: Partial<Parameters<typeof s3Bucket>[0]> = {}): Promise<Bucket> => {
      buckets += 1;
      const bucket = `bucket-${buckets}`;
      await server.createBucket(bucket);
      return s3Bucket({ client: server.client, bucket, name: `s3://${bucket}`, ...more });
    };

    itIsABucket(name, () => open());

    async function* chunks(count: number, bytes: number): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < count; i += 1) yield Buffer.alloc(bytes, i);
    }
    const uploadsLeft = async (bucket: string) =>
      (await server.client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads?.length ?? 0;

    describe('an upload in parts', () => {
      const MIB = 2 ** 20;
      const parted = { partsAbove: 6 * MIB, partSize: 5 * MIB };

      it.each([
        ['longer than goes at once', 13 * MIB],
        ['of a length that nobody knows', undefined],
      ])('stores a body %s, with its metadata', async (_what, size) => {
        const bucket = await open(parted);
        await bucket.put('nar/a', chunks(13, MIB), { ...(size ? { size } : {}), metadata: { 'nar-hash': 'x' } });
        const found = await bucket.get('nar/a');
        expect(found).toMatchObject({ size: 13 * MIB, metadata: { 'nar-hash': 'x' } });
        const bytes = await bytesOf(found?.body ?? chunks(0, 0));
        expect(bytes.equals(Buffer.concat(await Array.fromAsync(chunks(13, MIB))))).toBe(true);
      });

      it('stores an empty body of unknown length', async () => {
        const bucket = await open(parted);
        await bucket.put('a', chunks(0, 0));
        expect(await bucket.head('a')).toMatchObject({ size: 0 });
      });

      it('keeps the first object', async () => {
        const bucket = await open(parted);
        await bucket.put('a', chunks(1, 1), { only: { ifNoneMatch: '*' } });
        await expect(bucket.put('a', chunks(2, 1), { only: { ifNoneMatch: '*' } })).rejects.toMatchObject({
          code: 'CONFLICT',
        });
        expect(await bucket.head('a')).toMatchObject({ size: 1 });
      });

      it('leaves neither an object nor an upload when the body fails', async () => {
        const bucket = await open(parted);
        const torn = async function* () {
          yield* chunks(12, MIB);
          throw new Error('reset');
        };
        await expect(bucket.put('a', torn())).rejects.toThrow('reset');
        expect(await bucket.head('a')).toBeUndefined();
        expect(await uploadsLeft(`bucket-${buckets}`)).toBe(0);
      });
    });

    describe('a put that is cut', () => {
      const BYTES = 3_000_000;
      const whole = Buffer.alloc(BYTES, 1);
      const metadata = { 'nar-hash': 'sha256:0lxj0pnb' };
      const only = { ifNoneMatch: '*' } as const;
      const isNotThere = async (bucket: Bucket) => {
        await delay(SEEN_MS); // whatever the server makes of it
        expect(await bucket.head('nar/a')).toBeUndefined();
        expect(await bucket.get('nar/a')).toBeUndefined();
        expect(await bucket.get('nar/a', { range: { first: 0, last: 9 } })).toBeUndefined();
      };
      const isReplaced = async (bucket: Bucket) => {
        await bucket.put('nar/a', pieces(whole), { size: BYTES, metadata, only });
        const found = await bucket.get('nar/a');
        expect(found).toMatchObject({ size: BYTES, metadata });
        expect((await bytesOf(found?.body ?? chunks(0, 0))).equals(whole)).toBe(true);
        await expect(bucket.put('nar/a', 'x', { only })).rejects.toMatchObject({ code: 'CONFLICT' });
      };

      it('because its body fails leaves nothing that is taken for an object, and is made up for', async () => {
        const bucket = await open();
        const torn = async function* () {
          yield* pieces(whole.subarray(1));
          throw new Error('reset');
        };
        await expect(bucket.put('nar/a', torn(), { size: BYTES, metadata, only })).rejects.toThrow('reset');
        await isNotThere(bucket);
        await isReplaced(bucket);
      });

      it.each([
        ['a stream', () => pieces(whole)],
        ['a buffer', () => whole],
      ])('because its sender is gone leaves nothing that is taken for an object: %s', async (_what, body) => {
        const bucket = await open();
        const way = await openCutOff(server.endpoint, BYTES / 2);
        const credentials = {
          accessKeyId: server.credentials.AWS_ACCESS_KEY_ID,
          secretAccessKey: server.credentials.AWS_SECRET_ACCESS_KEY,
        };
        const client = openS3Client({ endpoint: way.endpoint, region: 'us-east-1' }, { credentials, maxAttempts: 1 });
        const broken = s3Bucket({ client, bucket: `bucket-${buckets}`, name: bucket.name });
        await expect(broken.put('nar/a', body(), { size: BYTES, metadata, only })).rejects.toMatchObject({
          code: 'BUCKET_FAILED',
        });
        client.destroy();
        await way.close();
        await isNotThere(bucket);
        await isReplaced(bucket);
      });
    });

    describe('what is wrong is named in one line', () => {
      it('a bucket that is not there', async () => {
        const gone = s3Bucket({ client: server.client, bucket: 'not-there', name: 's3://not-there' });
        await expect(gone.put('a', 'x')).rejects.toMatchObject({
          code: 'BUCKET_FAILED',
          message: 's3://not-there did not put a: NoSuchBucket (404)',
        });
        await expect(gone.get('a')).rejects.toMatchObject({
          message: 's3://not-there did not get a: NoSuchBucket (404)',
        });
      });

      it('a wrong key, without repeating it', async () => {
        const credentials = { accessKeyId: 'copycat-test', secretAccessKey: 'wrong-secret-key' };
        const client = openS3Client({ endpoint: server.endpoint, region: 'us-east-1' }, { credentials });
        const wrong = s3Bucket({ client, bucket: 'bucket-1', name: 's3://bucket-1' });
        const error: unknown = await wrong.put('a', 'x').catch((caught: unknown) => caught);
        expect(error).toMatchObject({ message: 's3://bucket-1 did not put a: SignatureDoesNotMatch (403)' });
        expect(JSON.stringify(error)).not.toContain('wrong-secret-key');
      });

      it('a server that does not answer', async () => {
        const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
        const client = openS3Client(
          { endpoint: 'http://127.0.0.1:1', region: 'us-east-1' },
          { credentials, maxAttempts: 1 },
        );
        const down = s3Bucket({ client, bucket: 'bucket-1', name: 's3://bucket-1' });
        // Jest's errors are not Node's, and the SDK wraps what it does not know: ECONNREFUSED outside of it.
        await expect(down.head('a')).rejects.toThrow(/^s3:\/\/bucket-1 did not head a: (ECONNREFUSED|Error)$/);
      });
    });

    it('lets a client fetch by a presigned address, ranges included', async () => {
      const bucket = await open();
      await bucket.put('nar/a.nar.xz', '0123456789');
      const presign = createPresign({
        place: { bucket: `bucket-${buckets}`, endpoint: 'http://inside:9000', region: 'us-east-1' },
        publicEndpoint: server.endpoint,
        expiresSeconds: 60,
      });
      Object.assign(process.env, server.credentials);
      const said = { contentType: 'application/x-nix-nar', cacheControl: 'public, max-age=9' };
      const url = await presign('nar/a.nar.xz', said);
      expect(url.startsWith(`${server.endpoint}/bucket-${buckets}/nar/a.nar.xz?`)).toBe(true);
      const answer = await fetch(url);
      expect(await answer.text()).toBe('0123456789');
      expect([answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual(Object.values(said));
      expect(await (await fetch(url, { headers: { range: 'bytes=2-3' } })).text()).toBe('23');
      const encoded = await fetch(await presign('nar/a.nar.xz', { ...said, contentEncoding: 'identity' }));
      expect([encoded.headers.get('content-encoding'), await encoded.text()]).toEqual(['identity', '0123456789']);
    });

    it.each([
      ['of a known length', { size: 4 }],
      ['of an unknown length', {}],
    ])('takes a body %s for as long as it comes', async (_what, sized) => {
      const bucket = await open();
      const credentials = {
        accessKeyId: server.credentials.AWS_ACCESS_KEY_ID,
        secretAccessKey: server.credentials.AWS_SECRET_ACCESS_KEY,
      };
      const requestHandler = { requestTimeout: 300, throwOnRequestTimeout: true };
      const client = openS3Client({ endpoint: server.endpoint, region: 'us-east-1' }, { credentials, requestHandler });
      const impatient = s3Bucket({ client, bucket: `bucket-${buckets}`, name: bucket.name });
      const slow = async function* () {
        for await (const chunk of chunks(4, 1)) {
          yield chunk;
          await delay(250);
        }
      };
      await impatient.put('nar/a', slow(), sized);
      expect(await bucket.head('nar/a')).toMatchObject({ size: 4 });
    });

    it('lets go of bodies that nobody reads', async () => {
      const bucket = await open({ idleMs: 50 });
      await bucket.put('big', Buffer.alloc(4 * 2 ** 20));
      for (let i = 0; i < 200; i += 1) await bucket.get('big');
      expect(await getText(bucket, 'small')).toBeUndefined(); // there are connections left
    });
  });
