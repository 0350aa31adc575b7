/** What a page is asked for, after the question mark. Pure. */
import { RANGES, type RangeName, USUAL_RANGE } from '../../../../shared/analytics/queries/range.ts';

export interface Wanted {
  readonly range: RangeName;
  /** What is searched for; empty when nothing is. */
  readonly text: string;
}

/** No name is longer. */
export const MOST_TEXT = 211;

/** @param allowed the names of parameters. @returns what is wrong with them, in words, when something is. */
export function wantedIn(query: string | undefined, allowed: readonly ('range' | 'q')[]): Wanted | string {
  const given = new URLSearchParams(query);
  const names = [...given.keys()];
  if (names.some((name) => !allowed.some((one) => one === name)))
    return `This page knows no other parameter than ${allowed.join(' and ')}.`;
  const twice = allowed.find((name) => given.getAll(name).length > 1);
  if (twice) return `The parameter ${twice} is given more than once.`;
  const range = RANGES.find((one) => one === (given.get('range') ?? USUAL_RANGE));
  if (!range) return `The parameter range is one of ${RANGES.join(', ')}.`;
  const text = (given.get('q') ?? '').trim();
  if (text.length > MOST_TEXT) return `The parameter q is longer than the ${MOST_TEXT} characters that a name has.`;
  return { range, text };
}

/** The address of a page with what it is asked for, as short as it can be. */
export function addressOf(path: string, { range, text = '' }: Partial<Wanted>): string {
  const query = new URLSearchParams({ ...(text !== '' && { q: text }), ...(range && { range }) }).toString();
  return query === '' ? path : `${path}?${query}`;
}
