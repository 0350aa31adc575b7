/** The wiring: which paths are the API's, on buckets that hold nothing. */
import { memoryBucket } from '../../../shared/bucket/memory.ts';
import { askedFor, readAnswer } from '../../../shared/testing/serve-world.ts';
import type { Answer } from '../answer.ts';
import { readServeConfig } from '../config.ts';
import { siteOf } from '../site-of.ts';
import { openStatusReader } from '../status/open.ts';
import { openApi } from './open.ts';

function opened(own: Readonly<Record<string, string>> = {}) {
  const environment = { BUCKET: 'file:///nowhere/cache', STATE: 'file:///nowhere/state', CHANNELS: 'nixos-unstable' };
  const config = readServeConfig({ ...environment, ...own });
  const { status } = openStatusReader(config, { bucket: memoryBucket(), state: memoryBucket() });
  const tell = async () => 'not-configured' as const;
  const section = openApi(config, { status, tell, siteOf: siteOf(config), date: () => new Date() });
  return async (path: string, hasToken = false) => {
    const answer: Answer | undefined = await section(askedFor(path, { hasToken }));
    return answer && readAnswer(answer);
  };
}

describe('the API of a process', () => {
  it.each(['/', '/apis', '/apix/summary', '/metrics/', '/API', '/healthz', '/packages'])(
    'leaves to others what is not its own: %s',
    async (path) => expect(await opened()(path)).toBeUndefined(),
  );

  it('says where nothing is counted, and stands where channels are none yet', async () => {
    const ask = opened();
    expect(await ask('/api/summary')).toMatchObject({
      status: 404,
      headers: { 'content-type': 'application/problem+json' },
    });
    expect(await ask('/api')).toMatchObject({ status: 200 });
    const badge = await ask('/api/badges/channels/nixos-unstable');
    expect(JSON.parse(badge?.body ?? '')).toMatchObject({ message: 'not here yet', color: 'lightgrey' });
  });

  it('has metrics where a token is set, and they do not hold it', async () => {
    expect(await opened()('/metrics', true)).toMatchObject({ status: 404, body: '404' });
    const token = 'a-token-that-is-long-enough';
    const ask = opened({ METRICS_TOKEN: token });
    expect(await ask('/metrics')).toMatchObject({ status: 401 });
    const { status, body = '' } = (await ask('/metrics', true)) ?? {};
    expect(status).toBe(200);
    expect(body).toContain('channel_current{channel="nixos-unstable"} 1\n');
    expect(body).not.toContain(token);
  });

  it.each(['short', 'with a space in it', 'naïve-but-long-enough'])(
    'takes no token that could not be sent: %s',
    (token) => {
      expect(() => opened({ METRICS_TOKEN: token })).toThrow('METRICS_TOKEN must be 16 to 512');
    },
  );
});
