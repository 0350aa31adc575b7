import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inheritedEnvironment } from '../shared/config/env.ts';
import { root } from './fixtures/service.ts';
import { printService } from './print-service.ts';

describe('printService', () => {
  let environments: string;
  beforeEach(async () => {
    environments = await mkdtemp(join(tmpdir(), 'environments-'));
  });
  afterEach(() => rm(environments, { recursive: true }));

  it.each([
    ['a file that is no YAML', 'PASSWORD: hunter2\nCHANNELS: [x\n', /custom\.settings.*unexpected end of the stream/],
    [
      'a region that there is none of',
      'REGION: moon-1\n',
      /provider\.region.*must be equal to one of the allowed values/,
    ],
  ])(
    'says why it could not read %s, and nothing of what stands in it',
    async (_what, yaml, reason) => {
      await writeFile(join(environments, 'broken.yml'), yaml);
      const asked = { root, environment: inheritedEnvironment(), stage: 'broken', environments };
      const error = await printService(asked).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'RUNTIME_FAILED', message: expect.stringMatching(reason) });
      expect(String(error)).not.toMatch(/hunter2|Command failed/);
    },
    30_000,
  );
});
