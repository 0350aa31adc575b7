import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inheritedEnvironment } from '../shared/config/env.ts';
import { memoryLog } from '../shared/log.ts';
import { fixtureFunction, root } from './fixtures/service.ts';
import { type HttpProcess, startHttp } from './http-process.ts';

const web = fixtureFunction('web', { handler: { file: 'local/fixtures/web/handler', export: 'handler' } });

describe('startHttp', () => {
  let http: HttpProcess | undefined;
  const start = async (port = 0): Promise<HttpProcess> => {
    const options = { root, environment: inheritedEnvironment(), log: memoryLog(), onLine: () => undefined };
    http = await startHttp(web, { host: '127.0.0.1', port }, options);
    return http;
  };
  const get = async (path: string): Promise<string> => (await fetch(`${http?.address}${path}`)).text();
  afterEach(async () => {
    await http?.stop();
    http = undefined;
  });

  it('answers where it says, and again at the same place after its process died', async () => {
    await start();
    const first = await get('/');
    expect(Number(first)).toBeGreaterThan(1);
    await expect(get('/die')).rejects.toThrow();
    await expect(eventually(() => get('/'))).resolves.not.toBe(first);
  });

  it('lets running answers end when it is stopped, and takes no more', async () => {
    const { stop } = await start();
    const slow = get('/slow');
    await get('/'); // the slow one has arrived by now
    await stop();
    await expect(slow).resolves.toMatch(/^\d+$/);
    await expect(get('/')).rejects.toThrow();
    http = undefined;
  });

  it('says which HOST and PORT are taken', async () => {
    const other = createServer().listen({ host: '127.0.0.1', port: 0 });
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(start(port)).rejects.toThrow(
      `HOST 127.0.0.1 and PORT ${port} can't be used: another program listens there`,
    );
    other.close();
  });
});

async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === 40) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
