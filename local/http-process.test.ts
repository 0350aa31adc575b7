import { createServer, get as httpGet } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { inheritedEnvironment } from '../shared/config/env.ts';
import { memoryLog } from '../shared/log.ts';
import { fixtureFunction, root } from './fixtures/service.ts';
import { type HttpProcess, startHttp } from './http-process.ts';

const web = fixtureFunction('web', { handler: { file: 'local/fixtures/web/handler', export: 'handler' } });

describe('startHttp', () => {
  let http: HttpProcess | undefined;
  const start = async (port = 0, processes = 1): Promise<HttpProcess> => {
    const options = { root, environment: inheritedEnvironment(), log: memoryLog(), onLine: () => undefined };
    http = await startHttp(web, { host: '127.0.0.1', port, processes }, options);
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

  it('answers by several processes at one place, and by as many after one has died', async () => {
    await start(0, 3);
    /** Each over a connection of its own: it is connections that are shared out. */
    const pid = () =>
      new Promise<string>((resolve, reject) => {
        httpGet(`${http?.address}/`, { agent: false }, (response) => resolve(text(response))).on('error', reject);
      });
    const pids = async (): Promise<Set<string>> => new Set(await Promise.all(Array.from({ length: 60 }, pid)));
    const first = await pids();
    expect(first.size).toBe(3);
    await expect(get('/die')).rejects.toThrow();
    const again = await eventually(async () => {
      const found = await pids();
      return found.size === 3 ? found : Promise.reject(new Error(`${found.size} answer`));
    });
    expect([again.size, [...again].filter((pid) => first.has(pid)).length]).toEqual([3, 2]);
  });

  it.each([1, 2])('says which HOST and PORT are taken, to %s of them', async (processes) => {
    const other = createServer().listen({ host: '127.0.0.1', port: 0 });
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(start(port, processes)).rejects.toThrow(
      `HOST 127.0.0.1 and PORT ${port} can't be used: another program listens there`,
    );
    other.close();
  });
});

it('does not share its port with a second mirror', async () => {
  const options = { root, environment: inheritedEnvironment(), log: memoryLog(), onLine: () => undefined };
  const one = await startHttp(web, { host: '127.0.0.1', port: 0, processes: 2 }, options);
  const port = Number(new URL(one.address).port);
  await expect(startHttp(web, { host: '127.0.0.1', port, processes: 2 }, options)).rejects.toThrow('another program');
  await one.stop();
});

async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
