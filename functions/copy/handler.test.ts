/** The wiring: the real handler on buckets on disk, an SQS API and an upstream on the loopback. */
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { stagedKey } from '../../events/staged.ts';
import { getText } from '../../shared/bucket/bucket.ts';
import { openBucket } from '../../shared/bucket/open.ts';
import { setEnvironment } from '../../shared/testing/environment.ts';
import { type HandlerWorld, openHandlerWorld } from '../../shared/testing/handler-world.ts';
import { contextWith, sample } from '../../shared/testing/lambda.ts';

describe('the copy function', () => {
  let world: HandlerWorld;
  let handle: (event: SQSEvent) => Promise<SQSBatchResponse>;

  beforeAll(async () => {
    world = await openHandlerWorld();
    setEnvironment(world.environment);
    const { handler } = await import('./handler.ts');
    handle = (event) => handler(event, contextWith(30_000));
  });
  afterAll(() => world.close());

  it('copies what a message asks for', async () => {
    await expect(handle(await sample('copy.one-path'))).resolves.toEqual({ batchItemFailures: [] });
    const { hello } = world.upstream;
    const { BUCKET = '', STATE = '' } = world.environment;
    await expect(getText(openBucket(STATE), stagedKey(hello.hash))).resolves.toBe(hello.narInfo);
    await expect(openBucket(BUCKET).head(hello.narKey)).resolves.toMatchObject({ size: hello.narFile.length });
    expect(await world.records()).toMatchObject([{ kind: 'copy', outcome: 'copied', store_hash: hello.hash }]);
    expect(world.upstream.requests.every(({ headers }) => headers['user-agent']?.startsWith('Copycat/'))).toBe(true);
  });

  it('buries what will never parse, with the field that was wrong', async () => {
    await expect(handle(await sample('copy.malformed'))).resolves.toEqual({ batchItemFailures: [] });
    const dead = await world.receive(world.environment.COPY_DEAD_LETTERS_URL ?? '');
    expect(dead).toMatchObject([
      { attributes: { code: 'MALFORMED', verdict: 'reject', reason: expect.stringContaining('hash') } },
    ]);
    expect((await world.records()).at(-1)).toMatchObject({ kind: 'failure', code: 'MALFORMED', dead: true });
  });
});
