/** The runbook names nothing that is not there: events, codes, metrics, variables, fields, commands and their options. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** What is said by functions that this tree may not have yet; looked for as soon as it has them. */
const OF_COLLECT = /^(?:(?:collect|scrub|withdrawal)\.[a-z-]+|nar\.gone|(?:RETAIN|COLLECT)_[A-Z_]+)$/;
const hasCollect = existsSync(path.join(root, 'functions/collect/scrub'));
const hasProgram = existsSync(path.join(root, 'scripts/copycat.ts'));

async function sourcesIn(folder: string): Promise<readonly (readonly [string, string])[]> {
  const names = (await readdir(path.join(root, folder), { recursive: true })).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  );
  return Promise.all(names.map(async (name) => [name, await readFile(path.join(root, folder, name), 'utf8')] as const));
}

const METRICS = [
  ...['ChannelsFailed', 'ChannelLagSeconds', 'LongestLagSeconds', 'StorePathsAsked'],
  ...['Copied', 'BytesCopied', 'Unavailable', 'Failed', 'Buried', 'Paused'],
  ...['Shown', 'Settled', 'Moved', 'Staged', 'LeaseHeldElsewhere', 'ServerErrors'],
  ...['RowsLoaded', 'LinesUnreadable', 'LogDelaySeconds', 'DeliveriesFailed'],
];

describe('the runbook', () => {
  let runbook: string;
  let code: string;
  /** By their names, such as `start.ts`. */
  let scripts: ReadonlyMap<string, string>;

  beforeAll(async () => {
    runbook = await readFile(path.join(root, 'docs/runbook.md'), 'utf8');
    const all = await Promise.all(['events', 'functions', 'local', 'scripts', 'shared'].map(sourcesIn));
    const service = await readFile(path.join(root, 'serverless.yml'), 'utf8');
    code = [...all.flat().map(([, text]) => text), service].join('\n');
    scripts = new Map(await sourcesIn('scripts'));
  });

  /** What stands between backquotes, in a sentence or a table. */
  const spans = (): readonly string[] => {
    const prose = runbook.replace(/^```[\s\S]*?^```/gm, '');
    return [...new Set([...prose.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span))];
  };
  const missing = (pattern: RegExp, inCode: (name: string) => string | RegExp): readonly string[] => {
    const named = spans().filter((span) => pattern.test(span) && (hasCollect || !OF_COLLECT.test(span)));
    expect(named.length).toBeGreaterThan(3); // it looks at something
    return named.filter((name) => {
      const sought = inCode(name);
      return typeof sought === 'string' ? !code.includes(sought) : !sought.test(code);
    });
  };

  it('names no event that nobody logs', () => {
    const others = new Set(['copy.one-path', 'lease.json', 'usage.json', 'api.md', 'analytics.md', 'system.parts']);
    const fields = /^(?:log_stream|waiting|copying)\./;
    const events = /^(?!.*\.(?:json|md)$)[a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*$/;
    const notLogged = missing(events, (name) => new RegExp(`'${name.replace('.', '\\.')}'`));
    expect(notLogged.filter((name) => !others.has(name) && !fields.test(name))).toEqual([]);
  });

  it('names no code, variable or metric that nobody knows', () => {
    const codesOfProgram = hasProgram ? [] : ['NO_WORD'];
    const unknown = missing(/^[A-Z][A-Z_]+$/, (name) => new RegExp(`\\b${name}\\b`));
    expect(unknown.filter((name) => !codesOfProgram.includes(name))).toEqual([]);
    const ours = new Set(['Copycat', 'Function', 'Channel']);
    expect(
      missing(/^[A-Z][a-z]+[A-Za-z]*$/, (name) => new RegExp(`\\b${name}\\b: `)).filter((name) => !ours.has(name)),
    ).toEqual([]);
  });

  it.each(METRICS)('says what the metric %s is, which there is', (name) => {
    expect(code).toMatch(new RegExp(`\\b${name}\\??: `));
    expect(runbook).toContain(`\`${name}\``);
  });

  it('names no outcome, reason or finding that nobody gives', () => {
    const words = /^[a-z]+(?:-[a-z]+)+$/;
    expect(missing(words, (name) => new RegExp(`'${name}'`)).filter((name) => name !== 'load-failures')).toEqual([]);
  });

  it('names no field that nobody writes', () => {
    const fields = /^[a-z]+(?:_[a-z]+)+$/;
    expect(missing(fields, (name) => new RegExp(`\\b${name}\\b`))).toEqual([]);
  });

  it('types no command with an option that it does not have', () => {
    const commands = [...runbook.matchAll(/npx copycat ([a-z]+)((?: [^`\n#|]+)?)/g)];
    expect(commands.length).toBeGreaterThan(20);
    for (const [line, command = '', rest = ''] of commands) {
      const [, word = ''] = /^ ([a-z-]+)/.exec(rest) ?? [];
      const files = [
        `${command}.ts`,
        `${command}-${word}.ts`,
        command === 'unpin' ? 'pin.ts' : `${command}-dead-letters.ts`,
      ];
      const texts = files.flatMap((file) => scripts.get(file) ?? []);
      if (texts.length === 0 && !(hasProgram && hasCollect)) continue;
      expect([line, texts.length > 0]).toEqual([line, true]);
      for (const [option] of rest.matchAll(/(?<= )--[a-z-]+/g)) {
        expect([line, texts.some((text) => text.includes(`'${option}`))]).toEqual([line, true]);
      }
    }
  });

  it('leads to sections that it has', () => {
    const heads = [...runbook.matchAll(/^## (.*)$/gm)].map(([, head = '']) => head.toLowerCase().replace(/ /g, '-'));
    const links = [...runbook.matchAll(/\(#([a-z0-9-]+)\)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(30);
    expect(links.filter((link) => !heads.includes(link))).toEqual([]);
    expect(heads.filter((head) => !links.includes(head))).toEqual([]); // each can be found from above
  });
});
