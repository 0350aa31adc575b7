/** A table as an answer: JSON with what is to be known of it, or CSV. */
import { type Answer, CACHE, type Headers } from '../answer.ts';
import type { Asked } from '../asked.ts';
import { answerSmall, smallText } from '../small.ts';
import { formatCsv } from './csv.ts';
import { columnsOf, type Looked, type Row, type Table } from './endpoint.ts';
import { notListed } from './refusals.ts';

export const JSON_TYPE = 'application/json';
export const CSV_TYPE = 'text/csv; charset=utf-8; header=present';

/** @param cache of a fresh answer */
export function answerJson(asked: Asked, table: Table, found: Looked<Row>, cache: string): Answer {
  const { rows, at, fresh, from, to, threshold, step } = found;
  const [one] = rows;
  if (table.data === 'one' && one === undefined) return notListed;
  const meta = { from, to, generated: at.toISOString(), fresh, threshold, ...(step && { step }) };
  const { definitions } = table;
  const body = { meta, data: table.data === 'one' ? one : rows, ...(definitions && { definitions }) };
  return sent(asked, `${JSON.stringify(body)}\n`, { 'content-type': JSON_TYPE }, fresh, cache);
}

export function answerCsv(asked: Asked, table: Table, found: Looked<Row>, name: string, cache: string): Answer {
  const headers = {
    'content-type': CSV_TYPE,
    'content-disposition': `attachment; filename="copycat-${fileName(name)}.csv"`,
  };
  return sent(asked, formatCsv(columnsOf(table), found.rows), headers, found.fresh, cache);
}

/** Of a name that may hold anything, what no file system minds. */
const fileName = (name: string): string => name.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 120);

const sent = (asked: Asked, body: string, headers: Headers, fresh: boolean, cache: string): Answer =>
  answerSmall(asked, smallText(body, { ...headers, 'cache-control': fresh ? cache : CACHE.briefly }));
