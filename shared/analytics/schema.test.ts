/** What the tables' files promise: whoever applies them, however often and wherever it was cut, gets the same tables. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const directory = join(import.meta.dirname, 'schema');
const files = readdirSync(directory).sort();
const textOf = (file: string): string => readFileSync(join(directory, file), 'utf8');
const withoutComments = (sql: string): string => sql.replace(/^\s*--.*$/gm, '');
const statements = files.flatMap((file) =>
  withoutComments(textOf(file))
    .split(';')
    .map((sql) => sql.trim())
    .filter((sql) => sql !== '')
    .map((sql) => [/^[^(]*?(\w+)\s*[(\n]/.exec(sql.replace(/ (TO|AS) /, '\n'))?.[1] ?? '', file, sql] as const),
);
const tables = statements.filter(([, , sql]) => /^CREATE TABLE/.test(sql));

describe('the schema', () => {
  it('is numbered without a gap and without a number twice', () => {
    expect(files.length).toBeGreaterThan(0);
    for (const [index, file] of files.entries())
      expect(file).toMatch(new RegExp(`^${String(index + 1).padStart(4, '0')}_[a-z0-9_]+\\.sql$`));
  });

  // clickhouse-migrations looks for comments and ends of statements without looking for quotes.
  it.each(files)('%s has nothing in a quoted text that would end it, nor a comment behind a statement', (file) => {
    const sql = withoutComments(textOf(file));
    for (const [quoted] of sql.matchAll(/'(?:[^'\\]|\\.|'')*'/g)) expect(quoted).not.toMatch(/;|--|# |#!|\/\*/);
    expect(sql).not.toMatch(/--|#!|# |\/\*|^\s*SET\s/m);
  });

  it.each(statements)('%s of %s can be made again', (_name, _file, sql) =>
    expect(sql).toMatch(
      /^(CREATE (TABLE|MATERIALIZED VIEW) IF NOT EXISTS|ALTER TABLE \w+ (ADD \w+ IF NOT EXISTS|DROP \w+ IF EXISTS|MODIFY \w+)) /,
    ),
  );

  it.each(tables)('%s of %s remembers what it was given, alone and replicated', (_name, _file, sql) => {
    expect(sql).toMatch(/ non_replicated_deduplication_window = 100000\b/);
    expect(sql).toMatch(/ replicated_deduplication_window = 100000\b/);
    expect(sql).toMatch(/ replicated_deduplication_window_seconds = 1209600\b/);
  });

  it.each(tables)('%s of %s is replicated by one word', (_name, _file, sql) => {
    const [, engine = ''] = /\)\s*ENGINE = (\S+)/.exec(sql) ?? [];
    expect(engine.replace('$' + '{REPLICATED}', 'Replicated')).toMatch(
      /^Replicated(Merge|SummingMerge|AggregatingMerge|ReplacingMerge)Tree/,
    );
    expect(sql.match(/\$\{/g)).toHaveLength(1);
  });

  it.each(statements.filter(([, , sql]) => /^CREATE MATERIALIZED VIEW/.test(sql)))(
    '%s of %s fills a table that is a table of its own',
    (_name, _file, sql) => {
      const [, target = ''] = / TO (\w+) AS/.exec(sql) ?? [];
      expect(tables.some(([, , other]) => other.startsWith(`CREATE TABLE IF NOT EXISTS ${target}\n`))).toBe(true);
    },
  );
});
