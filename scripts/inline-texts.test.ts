import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { createDiagnose, type Diagnose } from '../functions/serve/diagnose/diagnose.ts';
import { inlineTexts } from './inline-texts.ts';

const root = path.resolve(import.meta.dirname, '..');

describe('text files beside a module', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'copycat-inline-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function bundled(entry: string): Promise<string> {
    const outfile = path.join(folder, `${path.basename(entry)}.mjs`);
    await build({
      absWorkingDir: root,
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      plugins: [inlineTexts],
      logLevel: 'silent',
    });
    return outfile;
  }

  it('are in the bundle, and a bundled diagnose hands out the same bytes', async () => {
    const module = await bundled('functions/serve/diagnose/diagnose.ts');
    const made = (await import(pathToFileURL(module).href)) as { createDiagnose: (options: object) => Diagnose };
    const options = { mirror: 'https://cache.example.org', upstream: 'https://cache.nixos.org', keys: [] };
    expect(made.createDiagnose(options).script()).toEqual(createDiagnose(options).script());
    expect(await made.createDiagnose(options).tarball()).toEqual(await createDiagnose(options).tarball());
    expect(await readFile(module, 'utf8')).not.toContain('import.meta.url');
  });

  it('fail the bundle when they are missing', async () => {
    const module = path.join(folder, 'reads.ts');
    await writeFile(module, "export default readFileSync(new URL('./missing.sql', import.meta.url), 'utf8');\n");
    await expect(bundled(module)).rejects.toThrow('missing.sql');
  });

  it('keep what a replacement pattern could take for its own', async () => {
    await writeFile(path.join(folder, 'odd.sh'), '$& $1 `\\`\n');
    const module = path.join(folder, 'odd.ts');
    await writeFile(module, "export default readFileSync(new URL('./odd.sh', import.meta.url), 'utf8');\n");
    const { default: text } = (await import(pathToFileURL(await bundled(module)).href)) as { default: string };
    expect(text).toBe('$& $1 `\\`\n');
  });
});
