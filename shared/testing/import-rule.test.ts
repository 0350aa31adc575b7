import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { mayImport, roomOf } from './import-rule.ts';

const root = path.resolve(import.meta.dirname, '../..');
const ROOMS = ['scripts', 'local', 'functions', 'events', 'shared'];
const IMPORT = /(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g;

/** `file may import file`, for every relative import in the code that runs. */
async function imports(): Promise<(readonly [string, string])[]> {
  const found: (readonly [string, string])[] = [];
  for (const room of ROOMS) {
    for (const entry of await readdir(path.join(root, room), { recursive: true })) {
      const file = path.join(room, entry);
      if (!/\.(ts|js)$/.test(file) || file.endsWith('.test.ts') || file.endsWith('/contract.ts')) continue;
      const text = await readFile(path.join(root, file), 'utf8');
      for (const [, target = ''] of text.matchAll(IMPORT)) found.push([file, path.join(path.dirname(file), target)]);
    }
  }
  return found;
}

describe('the import rule', () => {
  it('holds', async () => {
    const all = await imports();
    expect(all.length).toBeGreaterThan(100); // it looks at something
    const broken = all.filter(([from, to]) => !mayImport(roomOf(from), roomOf(to)));
    expect(broken.map(([from, to]) => `${from} may not import ${to}`)).toEqual([]);
  });

  it.each([
    ['functions/load', 'functions/copy'],
    ['shared/nix', 'shared/log'],
    ['shared/bucket', 'shared/queue'],
    ['events', 'functions/copy'],
    ['functions/copy', 'local'],
    ['functions/copy', 'shared/testing'],
  ])('forbids that %s imports %s', (from, to) => {
    expect(mayImport(from, to)).toBe(false);
  });

  it('lets no file but one read the environment', async () => {
    const readers: string[] = [];
    for (const room of ROOMS) {
      for (const entry of await readdir(path.join(root, room), { recursive: true })) {
        const file = path.join(room, entry);
        if (!file.endsWith('.ts') || file.endsWith('.test.ts') || file.startsWith('shared/testing/')) continue;
        if (/process\.env\b/.test(await readFile(path.join(root, file), 'utf8'))) readers.push(file);
      }
    }
    expect(readers).toEqual(['shared/config/env.ts']);
  });
});
