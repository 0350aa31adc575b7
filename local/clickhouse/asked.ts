/**
 * A request as the engine takes it: its statement, what holds for it, and the rows that came with it in a file. The text is the
 * address's `query`, a line break, and the body; so a statement may begin in the one and go on in the other.
 */
import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { type Question, readQuestion } from './question.ts';
import { refusal } from './refusal.ts';
import { bodyOf } from './request-body.ts';
import { type Insert, type Query, readStatement } from './statement.ts';

export type Asked = { readonly question: Question } & (
  | { readonly statement: Query }
  | { readonly statement: Insert; readonly rows: string }
);

/** Of rows, in one request. */
const MOST_BYTES = 256 * 2 ** 20;
/** Of anything else: a statement, and a form. */
const MOST_TEXT_BYTES = 4 * 2 ** 20;

/**
 * @param incoming where files of rows are put. They are the caller's then, to remove.
 * @throws {StatementFailed}
 */
export async function readAsked(request: IncomingMessage, address: URLSearchParams, incoming: string): Promise<Asked> {
  const { method = '', headers } = request;
  const isForm = headers['content-type']?.startsWith('multipart/form-data') ?? false;
  const form = isForm ? await formOf(request) : new Map<string, string>();
  const question = readQuestion({ method, address, headers, form });

  const body = isForm ? nothing() : bodyOf(request, MOST_BYTES);
  const { text, whole } = await beginning(question.query, body);
  const statement = readStatement(text);
  if (statement.kind === 'query') {
    if (!whole) throw refusal('TOO_LARGE_STRING_SIZE', `more than ${MOST_TEXT_BYTES} bytes of a statement`);
    return { question, statement };
  }
  return { question, statement, rows: await keep(text.subarray(statement.rowsAt), body, incoming) };
}

/** Enough of the text to know the statement by. */
async function beginning(query: string, body: AsyncGenerator<Buffer, undefined>) {
  const parts: Buffer[] = query ? [Buffer.from(`${query}\n`)] : [];
  for (let length = 0; length < MOST_TEXT_BYTES; ) {
    const { value, done } = await body.next();
    if (done) return { text: Buffer.concat(parts), whole: true };
    parts.push(value);
    length += value.length;
  }
  return { text: Buffer.concat(parts), whole: false };
}

/** @returns the name of its file. */
async function keep(first: Buffer, rest: AsyncGenerator<Buffer, undefined>, incoming: string): Promise<string> {
  const name = randomUUID();
  const file = await open(join(incoming, name), 'wx', 0o600);
  try {
    await file.writeFile(first);
    for await (const chunk of rest) await file.writeFile(chunk);
    return name;
  } catch (error) {
    await forget(name, incoming);
    throw error;
  } finally {
    await file.close();
  }
}

export const forget = (name: string, incoming: string): Promise<void> => rm(join(incoming, name), { force: true });

async function formOf(request: IncomingMessage): Promise<ReadonlyMap<string, string>> {
  const parts: Buffer[] = [];
  for await (const chunk of bodyOf(request, MOST_TEXT_BYTES)) parts.push(chunk);
  const headers = { 'content-type': request.headers['content-type'] ?? '' };
  try {
    const fields = [...(await new Response(Buffer.concat(parts), { headers }).formData())];
    return new Map(fields.map(([name, value]) => [name, String(value)]));
  } catch {
    throw refusal('CANNOT_PARSE_TEXT', 'the form can not be read');
  }
}

async function* nothing(): AsyncGenerator<Buffer, undefined> {}
