/** The wiring: the real handler, and a ClickHouse that is down. What it does on one that is there, tests/analytics tries. */
import { setEnvironment } from '../../shared/testing/environment.ts';
import { contextWith, sample } from '../../shared/testing/lambda.ts';

describe('the load function', () => {
  let handle: (event: unknown) => Promise<unknown>;
  beforeAll(async () => {
    setEnvironment({ CLICKHOUSE_URL: 'http://user:secret@127.0.0.1:1/copycat', LOG_LEVEL: 'error' });
    const { handler } = await import('./handler.ts');
    handle = async (event) => handler(event, contextWith(30_000));
  });

  it('acknowledges that a subscription begins', async () => {
    await expect(handle(await sample('load.control'))).resolves.toEqual({ outcome: 'nothing' });
  });

  it.each(['load.subscription', 'load.failed-invocation'])(
    'lets Lambda try again what came by itself: %s',
    async (name) => {
      await expect(handle(await sample(name))).rejects.toMatchObject({
        code: 'ANALYTICS_FAILED',
        verdict: 'retry',
        message: 'could not look into deliveries: ECONNREFUSED',
      });
    },
  );

  it('leaves in the queue what came from there', async () => {
    await expect(handle(await sample('load.failures'))).resolves.toEqual({
      batchItemFailures: [
        { itemIdentifier: '059f36b4-87a3-44ab-83d2-661975830a7d' },
        { itemIdentifier: '059f36b4-87a3-44ab-83d2-661975830a7e' },
      ],
    });
  });
});
