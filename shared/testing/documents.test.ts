/** What the documents say of files and folders is so: each that they name by its path, or as a module, is there. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const ROOMS = ['bin', 'docs', 'events', 'functions', 'local', 'scripts', 'shared', 'tests', '.ci'];
/** What a reader may have named so, and which is no file of this repository. */
const OTHERS = /^(?:config|contract|local|handler|x)\.ts$|[<>*…]/;

describe('the documents', () => {
  let files: ReadonlySet<string>;
  let all: readonly string[];

  beforeAll(async () => {
    const found = await Promise.all(
      ROOMS.map(async (room) =>
        (await readdir(path.join(root, room), { recursive: true }).catch(() => [])).map((name) => `${room}/${name}`),
      ),
    );
    all = found.flat();
    files = new Set(all);
  });

  const isThere = (name: string): boolean => {
    const plain = name.replace(/\/$/, '');
    return files.has(plain) || ROOMS.includes(plain) || all.some((file) => file.endsWith(`/${plain}`));
  };

  it.each([
    ['README.md', 20],
    ['ARCHITECTURE.md', 80],
    ['CONTRIBUTING.md', 10],
    ['docs/analytics.md', 0],
    ['docs/runbook.md', 0],
  ] as const)('name no file or folder that is not there: %s', async (document, atLeast) => {
    const text = (await readFile(path.join(root, document), 'utf8')).replace(/^```[\s\S]*?^```/gm, '');
    const spans = [...new Set([...text.matchAll(/`([^`\s]+)`/g)].map(([, span = '']) => span))];
    const named = spans.filter(
      (span) =>
        (/\.(?:ts|js|sh|sql)$/.test(span) || ROOMS.some((room) => span.startsWith(`${room}/`))) && !OTHERS.test(span),
    );
    expect(named.length).toBeGreaterThanOrEqual(atLeast);
    expect(named.filter((name) => !isThere(name))).toEqual([]);
  });
});
