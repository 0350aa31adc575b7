/**
 * For esbuild: a text file that lies beside a module becomes a part of the bundle. In the sources it is read in one way only,
 * which runs as it is where nothing is bundled:
 *     readFileSync(new URL('./diagnose-cache.sh', import.meta.url), 'utf8')
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Plugin } from 'esbuild';

const READS_TEXT = /\breadFileSync\(\s*new URL\('(\.\/[^']+)', import\.meta\.url\),\s*'utf8',?\s*\)/g;

export const inlineTexts: Plugin = {
  name: 'inline-texts',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path: module }) => {
      const source = await readFile(module, 'utf8');
      const names = [...source.matchAll(READS_TEXT)].map(([, name = '']) => name);
      if (names.length === 0) return undefined;
      const files = names.map((name) => path.join(path.dirname(module), name));
      const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
      const contents = source.replace(READS_TEXT, () => JSON.stringify(texts.shift() ?? ''));
      return { contents, loader: 'ts', watchFiles: files };
    });
  },
};
