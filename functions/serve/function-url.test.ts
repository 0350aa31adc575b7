import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { formatBaseName } from '../../shared/nix/store-path.ts';
import { readAnswer, type ServeWorld, serveWorld } from '../../shared/testing/serve-world.ts';
import { storeObject } from '../../shared/testing/store-objects.ts';
import { createEventAnswerer, fromEvent } from './function-url.ts';
import { respond } from './respond.ts';

const hello = storeObject('hello-2.12', { contents: 'hello '.repeat(10_000) });
const config = { PUBLIC_URL: undefined };

async function serving(): Promise<ServeWorld> {
  const world = serveWorld();
  await world.bucket.put(`${hello.hash}.narinfo`, hello.narInfo);
  await world.bucket.put(hello.narKey, hello.narFile);
  return world;
}

const event = (rawPath: string, method = 'GET') =>
  ({
    rawPath,
    rawQueryString: 'a=b',
    headers: { host: 'x.lambda-url.example' },
    requestContext: { http: { method }, domainName: 'x.lambda-url.example' },
  }) as unknown as APIGatewayProxyEventV2;

const resultOf = (world: ServeWorld, path: string, method?: string) =>
  createEventAnswerer({ deps: world.deps, config })(event(path, method));

describe('serve behind a function URL', () => {
  it('writes down what it answered, and not what it would have', async () => {
    const world = await serving();
    await resultOf(world, `/${hello.narKey}`);
    const large = storeObject('large-1', { contents: 'x'.repeat(5_000_000) });
    await world.bucket.put(large.narKey, large.narFile, { metadata: { 'store-path': formatBaseName(large.path) } });
    await resultOf(world, `/${large.narKey}`);
    expect(world.records).toMatchObject([
      { route: 'nar', status: 200, cache: 'hit', body_bytes: hello.narFile.length },
      { route: 'nar', status: 503, cache: 'error', error: 'ANSWER_TOO_LARGE', body_bytes: 37 },
      { kind: 'failure', code: 'ANSWER_TOO_LARGE' },
    ]);
    expect(JSON.stringify(world.records)).not.toContain(large.hash);
  });

  it('knows a country by the header that it was told of, and by none otherwise', () => {
    const { headers, ...rest } = event('/');
    const from = {
      ...rest,
      headers: { ...headers, 'cloudfront-viewer-country': 'DE', 'user-agent': 'curl/8 Nix/2.31' },
    };
    const asker = { client: 'Nix', version: '2.31' };
    expect(fromEvent(from, config)).toMatchObject({ asker });
    expect(fromEvent(from, config).asker).not.toHaveProperty('country');
    const told = { ...config, COUNTRY_HEADER: 'cloudfront-viewer-country' };
    expect(fromEvent(from, told).asker).toEqual({ ...asker, country: 'DE' });
  });

  it('knows that somebody has the token for metrics, and not which token', () => {
    const token = 'Zm9vYmFyYmF6cXV4';
    const { headers, ...rest } = event('/metrics');
    const from = { ...rest, headers: { ...headers, authorization: `Bearer ${token}` } };
    const asked = fromEvent(from, { ...config, METRICS_TOKEN: token });
    expect(asked.hasToken).toBe(true);
    expect(JSON.stringify(asked)).not.toContain(token);
    expect(fromEvent(from, { ...config, METRICS_TOKEN: `${token}x` }).hasToken).toBe(false);
    expect(fromEvent(from, config).hasToken).toBe(false);
  });

  it('gives the narinfo that respond gives', async () => {
    const world = await serving();
    const path = `/${hello.hash}.narinfo`;
    const result = await resultOf(world, path);
    const answer = await readAnswer(await respond(fromEvent(event(path), config), world.deps));
    expect(result).toMatchObject({ statusCode: answer.status, isBase64Encoded: true, headers: answer.headers });
    expect(Buffer.from(result.body ?? '', 'base64').toString('latin1')).toBe(answer.body);
  });

  it('gives what is small as base64', async () => {
    const result = await resultOf(await serving(), `/${hello.narKey}`);
    expect(Buffer.from(result.body ?? '', 'base64').equals(hello.narFile)).toBe(true);
    expect(result.isBase64Encoded).toBe(true);
  });

  it('says that it can not give what is larger than a function may answer, and gives no part of it', async () => {
    const world = await serving();
    const large = storeObject('large-1', { contents: 'x'.repeat(5_000_000) });
    await world.bucket.put(large.narKey, large.narFile);
    const result = await resultOf(world, `/${large.narKey}`);
    expect(result).toMatchObject({ statusCode: 503, headers: { 'cache-control': 'no-store' } });
  });

  it('answers 404 for a narinfo that breaks off while it is read, and 503 for a NAR', async () => {
    const world = await serving();
    const torn = async function* () {
      yield Buffer.from('StorePath: ');
      throw new Error('disk gone');
    };
    const { bucket } = world.deps;
    const get: typeof bucket.get = async (key, options) => {
      const found = await bucket.get(key, options);
      return found && { ...found, body: torn() };
    };
    const broken = serveWorld({ read: { ...bucket, get } });
    expect(await resultOf(broken, `/${hello.hash}.narinfo`)).toMatchObject({ statusCode: 404 });
    expect(await resultOf(broken, `/${hello.narKey}`)).toMatchObject({ statusCode: 503 });
  });

  it('has no body for HEAD', async () => {
    const result = await resultOf(await serving(), `/${hello.narKey}`, 'HEAD');
    expect(result).toMatchObject({ statusCode: 200, body: '' });
  });

  it('is found at the host that was asked', () => {
    expect(fromEvent(event('/'), config)).toMatchObject({ mirrorUrl: 'https://x.lambda-url.example', query: 'a=b' });
  });
});
