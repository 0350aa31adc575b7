/**
 * An endpoint that answers with a table: from one such definition come its answers, as JSON and as CSV, its refusals, and what
 * `/api/openapi.json` and `/api` say of it.
 */
import * as v from 'valibot';
import { daysOf, type RangeName, rangeOf } from '../../../shared/analytics/queries/range.ts';
import type { Step } from '../../../shared/analytics/queries/traffic.ts';
import { isTold, type Tell, type Told, type Untold } from '../analytics/topic.ts';
import type { Cell } from './csv.ts';
import type { Parameters, Refusal, Wanted } from './parameters.ts';

export type Row = Readonly<Record<string, Cell>>;
export type RowSchema = v.ObjectSchema<Readonly<Record<string, v.GenericSchema<unknown, Cell>>>, undefined>;

/** Half-open, in ISO 8601. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

/** What was found, and what of it is said in `meta`. */
export interface Looked<R> extends Span {
  readonly rows: readonly R[];
  readonly at: Date;
  readonly fresh: boolean;
  /** What was downloaded less often is left out; 0: nothing is. */
  readonly threshold: number;
  /** What a row of a series stands for. */
  readonly step?: Step | undefined;
}

export interface Asking {
  readonly tell: Tell;
  /** As configured. */
  readonly threshold: number;
  readonly now: Date;
}

export interface TableDefinition<P extends Parameters, S extends RowSchema> {
  /** Parts in braces are parameters: `/api/packages/{pname}`. */
  readonly path: string;
  /** A part of the names of files. */
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  /** Those in the path, too. */
  readonly parameters: P;
  readonly row: S;
  /** `one`: a single row, which is no table and no CSV. Without it: 404. */
  readonly data?: 'rows' | 'one';
  /** Beside `data`: texts for people. */
  readonly definitions?: Readonly<Record<string, string>>;
  /** What no parameter says of itself. */
  readonly check?: (wanted: Wanted<P>, now: Date) => Refusal | undefined;
  readonly look: (wanted: Wanted<P>, asking: Asking) => Promise<Looked<v.InferOutput<S>> | Untold>;
  /** Cache-Control of a fresh answer, where it is not that of pages. */
  readonly cache?: (wanted: Wanted<P>, now: Date) => string | undefined;
}

/** A definition of which nobody needs to know any more what it asks for. */
// biome-ignore lint/suspicious/noExplicitAny: its `look` is only ever given what was read by its own parameters
export type Table = TableDefinition<any, RowSchema>;

export const table = <const P extends Parameters, S extends RowSchema>(definition: TableDefinition<P, S>): Table =>
  definition;

export const columnsOf = ({ row }: Pick<Table, 'row'>): readonly string[] => Object.keys(row.entries);

export interface Shown {
  readonly span: (at: Date) => Span;
  readonly threshold: number;
  readonly step?: Step;
}

/** An answer of the analytics as rows of the API. */
export const looked = <Found, R>(
  answer: Told<Found> | Untold,
  rowsOf: (found: Found) => readonly R[],
  { span, threshold, step }: Shown,
): Looked<R> | Untold =>
  isTold(answer)
    ? { rows: rowsOf(answer.found), at: answer.at, fresh: answer.fresh, threshold, step, ...span(answer.at) }
    : answer;

/** Of what is kept by the hour. */
export const hours =
  (range: RangeName) =>
  (at: Date): Span => {
    const { from, to } = rangeOf(range, at);
    return { from: from.toISOString(), to: to.toISOString() };
  };

/** Of what is kept by the day: the whole days that the range touches. */
export const days =
  (range: RangeName) =>
  (at: Date): Span =>
    wholeDays(daysOf(rangeOf(range, at)));

export const wholeDays = ({ from, to }: Span): Span => ({ from: `${from}T00:00:00.000Z`, to: `${to}T00:00:00.000Z` });

/** A field with what is to be said of it. */
export const field = <const S extends v.GenericSchema<unknown, Cell>>(schema: S, what: string) =>
  v.pipe(schema, v.description(what));
