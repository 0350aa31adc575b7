import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inheritedEnvironment } from '../shared/config/env.ts';
import { root } from './fixtures/service.ts';
import { readService } from './read-service.ts';

describe('readService', () => {
  let cache: string;
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), 'service-'));
  });
  afterEach(() => rm(cache, { recursive: true }));

  it('reads our serverless.yml as it is deployed, keeps the answer, and bakes in nothing of the user', async () => {
    const environment = { ...inheritedEnvironment(), CHANNELS: 'of-the-user', BUCKET: 'file:///of/the/user' };
    const service = await readService({ root, cache, environment });
    expect(service.functions.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['detect', 'copy', 'publish', 'serve']),
    );
    expect(service.functions.find(({ name }) => name === 'copy')?.queue).toMatchObject({
      queue: 'CopyQueue',
      batchSize: 10,
    });
    expect(service.functions.find(({ name }) => name === 'detect')?.schedule?.variable).toBe('POLL_INTERVAL');
    expect(JSON.stringify(service)).not.toContain('the-user');
    expect(JSON.stringify(service)).not.toContain('of/the/user');

    const began = performance.now();
    await expect(readService({ root, cache, environment })).resolves.toEqual(service);
    expect(performance.now() - began).toBeLessThan(200);
  }, 30_000);

  it('reads it anew when what was kept is torn', async () => {
    const environment = inheritedEnvironment();
    const service = await readService({ root, cache, environment });
    const [kept = ''] = await readdir(cache);
    await writeFile(join(cache, kept), '{"provider":');
    await expect(readService({ root, cache, environment })).resolves.toEqual(service);
  }, 30_000);

  it('names the queues of another stage as they are deployed there, and keeps that apart', async () => {
    const environment = inheritedEnvironment();
    const names = async (stage?: string) =>
      (await readService({ root, cache, environment, stage })).queues.map(({ name }) => name);
    expect(await names('prod')).toContain('copycat-prod-copy');
    expect(await names()).toContain('copycat-dev-copy');
    expect(await names('prod')).toContain('copycat-prod-copy');
  }, 30_000);

  it('says so when there is none', async () => {
    await expect(readService({ root: cache, cache, environment: inheritedEnvironment() })).rejects.toThrow('ENOENT');
  });
});
