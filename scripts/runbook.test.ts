/** The runbook names all that the code can say to an operator, and nothing that is not there; what it says to type can be typed. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { COLLECT_OUTCOMES } from '../events/collected.ts';
import { KINDS } from '../functions/collect/verify/finding.ts';
import { UNAVAILABLE_REASONS } from '../shared/errors.ts';
import { complaintOf, typedLines } from '../shared/testing/typed-lines.ts';
import { COMMANDS } from './commands.ts';
import { programOf } from './run-program.ts';

const root = path.resolve(import.meta.dirname, '..');
const read = (file: string): Promise<string> => readFile(path.join(root, file), 'utf8');

/** What runs below a folder, without its comments. */
async function codeOf(folder: string): Promise<string> {
  const names = (await readdir(path.join(root, folder), { recursive: true })).filter(
    (name) => name.endsWith('.ts') && !/\.test\.ts$|(?:^|\/)(?:testing|fixtures|demo|contract)[/.-]/.test(name),
  );
  const texts = await Promise.all(names.map((name) => read(path.join(folder, name))));
  return texts.join('\n').replace(/^\s*(?:\/\/.*|\/?\*.*)$/gm, '');
}

const found = (text: string, pattern: RegExp): readonly string[] =>
  [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].sort();
const literals = (text: string): readonly string[] => found(text, /'([a-z]+(?:-[a-z]+)*)'/g);

describe('the runbook', () => {
  let runbook: string;
  let functions: string;
  let code: string;
  let program: Command;

  beforeAll(async () => {
    runbook = await read('docs/runbook.md');
    functions = await codeOf('functions');
    const others = await Promise.all(['events', 'local', 'scripts', 'shared'].map(codeOf));
    code = [functions, ...others, await read('serverless.yml')].join('\n');
    program = await programOf(COMMANDS);
  });

  /** What stands between backquotes, in a sentence or a table. */
  const spans = (): readonly string[] =>
    found(runbook.replace(/^```[\s\S]*?^```/gm, ''), /`([^`]+)`/g).filter((span) => span !== '');
  const expectAllNamed = (names: readonly string[], atLeast: number): void => {
    expect(names.length).toBeGreaterThanOrEqual(atLeast); // it looks at something
    const named = new Set(spans());
    expect(names.filter((name) => !named.has(name))).toEqual([]);
  };

  describe('names', () => {
    it('each metric', () => {
      const others = new Set(['Channel', 'RequestId', 'TraceId', 'Logs']); // a dimension, and what is not ours
      const metrics = found(functions, /(?<=[\s{(])([A-Z][a-z]+(?:[A-Z][a-z]+)*)\??: (?!v\.)/g);
      expectAllNamed(
        metrics.filter((name) => !others.has(name)),
        25,
      );
    });

    it('each outcome of a run and of a message', async () => {
      const said = [functions, await codeOf('shared/queue')].join('\n');
      const stated = [...said.matchAll(/\boutcome\??: ((?:'[a-z-]+'(?: \| )?)+)/g)].map(([, words = '']) => words);
      const chosen = [...said.matchAll(/\bconst outcome = (.*);/g)].map(([, words = '']) => words);
      const ofParts = ['done', 'no-lease', 'nothing']; // of withdrawing, a part of a slice
      const all = [...literals([...stated, ...chosen].join(' ')), ...COLLECT_OUTCOMES];
      expectAllNamed(
        all.filter((name) => !ofParts.includes(name)),
        25,
      );
    });

    it('each code of an error', () => {
      const codes = found(code, /\b(?:code|NO_CODE)\b(?:: [^=;{]*)?(?: =|:) '([A-Z_]+)'/g);
      const unions = found(code, /\bcode: ((?:'[A-Z_]+'(?: \| )?)+)/g).flatMap((union) => found(union, /'([A-Z_]+)'/g));
      // What a system call says is a fact of BUCKET_FAILED.
      expectAllNamed(
        [...new Set([...codes, ...unions])].filter((name) => !/^E[A-Z]+$/.test(name)),
        22,
      );
    });

    it('each kind of finding: of verify and the scrub, of the status page, and why a path is unavailable', async () => {
      const status = await read('functions/serve/status/status.ts');
      const ofStatus = found(status.slice(status.indexOf('type Finding')), /\bkind: '([a-z-]+)'/g);
      const reasons = found(status, /\breason: '([a-z-]+)'/g);
      expect(ofStatus.length).toBeGreaterThan(4);
      expectAllNamed([...Object.keys(KINDS), ...UNAVAILABLE_REASONS, ...ofStatus, ...reasons], 25);
    });

    it('each warning of the log', () => {
      const events = found(code, /\blog\??\.(?:warn|error)\(\s*'([a-z-]+\.[a-z-]+)'/g);
      expectAllNamed(events, 45);
    });
  });

  describe('does not name', () => {
    const missing = (pattern: RegExp, inCode: (name: string) => RegExp): readonly string[] => {
      const named = spans().filter((span) => pattern.test(span));
      expect(named.length).toBeGreaterThan(3); // it looks at something
      return named.filter((name) => !inCode(name).test(code));
    };

    it('an event that nobody logs', () => {
      const others = new Set(['copy.one-path', 'system.parts']);
      const fields = /^(?:log_stream|waiting|copying|error|facts)\./;
      const events = /^(?!.*\.(?:json|md)$)[a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*$/;
      const notLogged = missing(events, (name) => new RegExp(`'${name.replace('.', '\\.')}'`));
      expect(notLogged.filter((name) => !others.has(name) && !fields.test(name))).toEqual([]);
    });

    it('a code, variable or metric that nobody knows', () => {
      expect(missing(/^[A-Z][A-Z_]+$/, (name) => new RegExp(`\\b${name}\\b`))).toEqual([]);
      const others = new Set(['Copycat', 'Function', 'Channel']);
      const metrics = missing(/^[A-Z][a-z]+[A-Za-z]*$/, (name) => new RegExp(`\\b${name}\\??: `));
      expect(metrics.filter((name) => !others.has(name))).toEqual([]);
    });

    it('an outcome, a reason or a finding that nobody gives', () => {
      const words = missing(/^[a-z]+(?:-[a-z]+)+$/, (name) => new RegExp(`'${name}'`));
      expect(words.filter((name) => name !== 'load-failures')).toEqual([]);
    });

    it('a field that nobody writes', () => {
      expect(missing(/^[a-z]+(?:_[a-z]+)+$/, (name) => new RegExp(`\\b${name}\\b`))).toEqual([]);
    });
  });

  it.each([
    ['docs/runbook.md', 35],
    ['docs/analytics.md', 0],
    ['README.md', 1],
  ] as const)('and its neighbours type no command that the program would not take: %s', async (file, atLeast) => {
    const lines = typedLines(await read(file));
    expect(lines.length).toBeGreaterThanOrEqual(atLeast);
    for (const words of lines) {
      expect([words.join(' '), await complaintOf(program, words)]).toEqual([words.join(' '), undefined]);
    }
  });

  it('would notice a command, an option or an argument that there is not', async () => {
    expect(typedLines('`npx copycat frobnicate`, `npx copycat queues --dead | jq`, `npx copycat plan`')).toEqual([
      ['frobnicate'],
      ['queues', '--dead'],
      ['plan'],
    ]);
    for (const words of [['frobnicate'], ['queues', '--dead'], ['plan'], ['replay', 'unavailable', '--reason']])
      await expect(complaintOf(program, words)).resolves.toMatch(/^error: /);
  });

  it('leads to sections that it has', () => {
    const heads = [...runbook.matchAll(/^## (.*)$/gm)].map(([, head = '']) => head.toLowerCase().replace(/ /g, '-'));
    const links = [...runbook.matchAll(/\(#([a-z0-9-]+)\)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(30);
    expect(links.filter((link) => !heads.includes(link))).toEqual([]);
    expect(heads.filter((head) => !links.includes(head))).toEqual([]); // each can be found from above
  });
});
