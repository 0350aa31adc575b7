/**
 * What is asked for: one statement, or rows for a table. The engine takes text only, and would run what follows a blank line within
 * rows as a statement of its own; so rows are told apart here, and reach it as a file.
 *     INSERT INTO requests (ts, route) SETTINGS max_threads = 1 FORMAT JSONEachRow
 *     {"ts":"2026-11-25 10:00:00","route":"nar"}
 */
import { refusal } from './refusal.ts';
import { type Token, tokensOf } from './sql-tokens.ts';

export interface Query {
  readonly kind: 'query';
  readonly sql: string;
  /** As it says itself. */
  readonly format: string | undefined;
}

export interface Insert {
  readonly kind: 'insert';
  /** `INSERT INTO requests (ts, route)` */
  readonly into: string;
  /** `max_threads = 1` */
  readonly settings: string | undefined;
  readonly format: string;
  /** Where the rows begin, in bytes of the text. */
  readonly rowsAt: number;
}

export type Statement = Query | Insert;

/** @throws {StatementFailed} */
export function readStatement(text: Buffer): Statement {
  const sql = text.toString('latin1'); // a character a byte
  const [first] = tokensOf(sql);
  if (!first) throw refusal('SYNTAX_ERROR', 'Empty query');
  return (isWord(first, 'INSERT') ? readInsert(sql, text) : undefined) ?? readQuery(sql, text);
}

/** Undefined when its rows come from a query. */
function readInsert(sql: string, text: Buffer): Insert | undefined {
  const outer = outerTokens(sql);
  let settingsAt: Token | undefined;
  for (let before: Token | undefined; ; ) {
    const { value: token, done } = outer.next();
    if (done) return undefined;
    if (isName(before) && token.kind === 'word' && !isWord(token, 'TABLE', 'FUNCTION')) {
      before = token; // a table may be called like a keyword
      continue;
    }
    if (isWord(token, 'SELECT', 'WITH', 'FROM')) return undefined;
    if (isWord(token, 'SETTINGS')) settingsAt = token;
    if (isWord(token, 'FORMAT', 'VALUES')) {
      const name = isWord(token, 'FORMAT') ? (outer.next().value ?? undefined) : undefined;
      if (isWord(token, 'FORMAT') && name?.kind !== 'word') throw refusal('SYNTAX_ERROR', 'FORMAT without its name');
      return {
        kind: 'insert',
        into: utf8(text.subarray(0, (settingsAt ?? token).from)),
        settings: settingsAt && utf8(text.subarray(settingsAt.to, token.from)),
        format: name?.text ?? 'Values',
        rowsAt: rowsAfter(sql, (name ?? token).to),
      };
    }
    before = token;
  }
}

const isName = (before: Token | undefined): boolean =>
  before !== undefined && (isWord(before, 'INTO', 'TABLE', 'FUNCTION') || before.text === '.');

/** They begin after the line break, if there is one, else after the blanks. */
function rowsAfter(sql: string, at: number): number {
  const [gap = ''] = /^[ \t\f]*\r?\n?/.exec(sql.slice(at, at + 1_024)) ?? [];
  if (sql.charAt(at) === ';') throw refusal('SYNTAX_ERROR', 'an excessive ; before rows');
  return at + gap.length;
}

function readQuery(sql: string, text: Buffer): Query {
  const tokens = [...outerTokens(sql)];
  const end = tokens.findIndex(({ text }) => text === ';');
  if (end >= 0 && tokens.slice(end).some(({ text }) => text !== ';'))
    throw refusal('SYNTAX_ERROR', 'Multi-statements are not allowed');
  const own = end < 0 ? tokens : tokens.slice(0, end);
  return { kind: 'query', sql: utf8(text.subarray(0, tokens[end]?.from)), format: formatOf(own) };
}

/** Behind it there are settings at most: elsewhere it is a column of that name. */
function formatOf(tokens: readonly Token[]): string | undefined {
  const at = tokens.findLastIndex((token) => isWord(token, 'FORMAT'));
  const [name, next] = at < 0 ? [] : tokens.slice(at + 1, at + 3);
  return name?.kind === 'word' && (!next || isWord(next, 'SETTINGS')) ? name.text : undefined;
}

/** What is in no parentheses. */
function* outerTokens(sql: string): Generator<Token, undefined> {
  let depth = 0;
  for (const token of tokensOf(sql)) {
    if (token.text === ')') depth -= 1;
    if (depth <= 0) yield token;
    if (token.text === '(') depth += 1;
  }
  return undefined;
}

const isWord = ({ kind, text }: Token, ...words: readonly string[]): boolean =>
  kind === 'word' && words.includes(text.toUpperCase());

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function utf8(bytes: Buffer): string {
  try {
    return strict.decode(bytes);
  } catch {
    throw refusal('CANNOT_PARSE_TEXT', 'the statement is no UTF-8');
  }
}
