/** The wiring: the real handler on a bucket on disk. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { openBucket } from '../../shared/bucket/open.ts';
import { setEnvironment } from '../../shared/testing/environment.ts';
import { type HandlerWorld, openHandlerWorld } from '../../shared/testing/handler-world.ts';
import { contextWith, sample } from '../../shared/testing/lambda.ts';

describe('the serve function', () => {
  let world: HandlerWorld;
  beforeAll(async () => {
    world = await openHandlerWorld();
    setEnvironment(world.environment);
  });
  afterAll(() => world.close());

  it('shows a page with an id of its own, whatever is in the bucket', async () => {
    const { handler } = await import('./handler.ts');
    const event = await sample<APIGatewayProxyEventV2>('serve.narinfo');
    const { statusCode, headers, body } = await handler({ ...event, rawPath: '/' }, contextWith(5_000));
    expect(statusCode).toBe(200);
    expect(body).toContain(`Request <code>${headers?.['x-request-id']}</code>`);
    expect(body).toContain('<th role="rowheader" scope="row">nixos-unstable');
  });

  it('gives a narinfo that is here, and 404 for one that is not', async () => {
    const { handler } = await import('./handler.ts');
    const event = await sample<APIGatewayProxyEventV2>('serve.narinfo');
    const { hello } = world.upstream;
    await openBucket(world.environment.BUCKET ?? '').put(`${hello.hash}.narinfo`, hello.narInfo);
    const absent = { ...event, rawPath: `/${'0'.repeat(32)}.narinfo` };
    await expect(handler(absent, contextWith(5_000))).resolves.toMatchObject({ statusCode: 404 });
    await expect(handler(event, contextWith(5_000))).resolves.toMatchObject({
      statusCode: 200,
      body: Buffer.from(hello.narInfo).toString('base64'),
    });
  });

  it('says how a path stands, and what is unavailable', async () => {
    const { handler } = await import('./handler.ts');
    const event = await sample<APIGatewayProxyEventV2>('serve.narinfo');
    const ask = (rawPath: string) => handler({ ...event, rawPath, rawQueryString: '' }, contextWith(5_000));
    await expect(ask(`/paths/${'0'.repeat(32)}`)).resolves.toMatchObject({ statusCode: 404 });
    const missing = await ask('/api/missing');
    expect(missing).toMatchObject({ statusCode: 200, headers: { 'content-type': 'application/json' } });
  });
});
