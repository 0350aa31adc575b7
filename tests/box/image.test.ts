/** The image: small in what it may do, and it runs. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { buildImage, findImageBase, type Image, NPM_SETTINGS } from './image.ts';

const base = await findImageBase();
const BUILD_MS = 500_000;
const UP_MS = 90_000;
const MOST_BYTES = 1.6e9; // 0.6 GB of it is the embedded ClickHouse

(base === undefined ? describe.skip : describe)('the image', () => {
  let image: Image;

  beforeAll(async () => {
    image = await buildImage(base ?? '');
  }, BUILD_MS);
  afterAll(async () => {
    await image?.close();
  });

  it('is run by nobody, keeps all in one volume, and starts the mirror', () => {
    const { User, Volumes, Entrypoint, Cmd } = image.config;
    expect(User).toBe('10001:10001');
    expect(Object.keys(Volumes)).toEqual(['/data']);
    expect([...Entrypoint, ...Cmd].slice(1)).toEqual(['/app/scripts/copycat.ts', 'start']);
    expect(image.bytes).toBeLessThan(MOST_BYTES);
  });

  it('has nothing in it that a mirror does not need: no tests, no secrets, no registry', async () => {
    const files = await readdir(join(image.root, 'app'), { recursive: true });
    const ours = files.filter((file) => !file.startsWith('node_modules'));
    expect(ours.filter((file) => /\.test\.ts$|^\.env|^\.git|npmrc|^tests|^data/.test(file))).toEqual([]);
    expect(ours).toContain('serverless.yml');
    const settings = await readFile(join(image.root, NPM_SETTINGS), 'utf8').catch(() => ''); // where one was mounted, a name is left
    expect(settings).toBe('');
  });

  it(
    'mirrors with a root that it can’t write to, is known to be well, and ends when it is told',
    async () => {
      const port = await freePort();
      const container = image.run(['demo'], { HOST: '127.0.0.1', PORT: String(port) });
      let hasEnded = false;
      void container.ended.then(() => {
        hasEnded = true;
      });
      const isWell = async (): Promise<boolean> => {
        if (hasEnded) throw new Error('it has ended');
        const { ok } = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(5_000) });
        return ok && container.said().includes('now at');
      };
      await until('it to mirror', isWell, UP_MS).catch((cause: unknown) => {
        throw new Error(container.said().slice(-2_000), { cause });
      });
      const status = await (await fetch(`http://127.0.0.1:${port}/api/status`)).json();
      expect(status).toMatchObject({ state: 'online' }); // ClickHouse, too
      await container.stop();
      await container.ended;
      expect(container.said()).toContain('stopping');
      await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
    },
    UP_MS * 2,
  );
});
