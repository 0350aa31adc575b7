/**
 * SQL as far as one must read it to know where a statement begins and ends: words, quoted texts, signs; blanks and comments are left
 * out. As ClickHouse's own lexer has it (https://clickhouse.com/docs/sql-reference/syntax).
 *     SELECT 'a;b' -- c;     word SELECT, quoted 'a;b'
 */
import { refusal } from './refusal.ts';

export interface Token {
  readonly kind: 'word' | 'quoted' | 'sign';
  readonly text: string;
  readonly from: number;
  /** The first character behind it. */
  readonly to: number;
}

const WORD = /[A-Za-z0-9_]+/y;
const HEREDOC = /\$\w*\$/y;
const QUOTES = '\'"`';
const BLANKS = ' \t\n\v\f\r\0';

/** @throws {StatementFailed} at a quote that does not end. */
export function* tokensOf(sql: string): Generator<Token> {
  for (let from = 0; from < sql.length; ) {
    const behind = endOfBlank(sql, from);
    if (behind > from) {
      from = behind;
      continue;
    }
    const token = tokenAt(sql, from);
    yield token;
    from = token.to;
  }
}

/** The same place, where neither a blank nor a comment begins. */
function endOfBlank(sql: string, from: number): number {
  if (BLANKS.includes(sql.charAt(from))) return from + 1;
  if (sql.startsWith('--', from) || sql.startsWith('# ', from) || sql.startsWith('#!', from))
    return indexBehind(sql, '\n', from) ?? sql.length;
  if (sql.startsWith('/*', from)) return indexBehind(sql, '*/', from + 2) ?? sql.length;
  return from;
}

function tokenAt(sql: string, from: number): Token {
  const first = sql.charAt(from);
  const word = matchAt(WORD, sql, from);
  if (word) return { kind: 'word', text: word, from, to: from + word.length };
  const tag = first === '$' ? matchAt(HEREDOC, sql, from) : undefined;
  const to = tag
    ? indexBehind(sql, tag, from + tag.length)
    : QUOTES.includes(first)
      ? endOfQuoted(sql, from)
      : from + 1;
  if (to === undefined) throw refusal('SYNTAX_ERROR', `a quote at position ${from + 1} does not end`);
  return { kind: to > from + 1 ? 'quoted' : 'sign', text: sql.slice(from, to), from, to };
}

/** A quote is doubled or follows a backslash where it stands for itself. */
function endOfQuoted(sql: string, from: number): number | undefined {
  const quote = sql.charAt(from);
  for (let at = from + 1; at < sql.length; at += 1) {
    const here = sql.charAt(at);
    if (here === '\\') at += 1;
    else if (here === quote) {
      if (sql.charAt(at + 1) !== quote) return at + 1;
      at += 1;
    }
  }
  return undefined;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function indexBehind(text: string, part: string, from: number): number | undefined {
  const found = text.indexOf(part, from);
  return found < 0 ? undefined : found + part.length;
}
