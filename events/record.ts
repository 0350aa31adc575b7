/** How every message and record of ours is read: JSON, then a schema whose first complaint names the field. */
import * as v from 'valibot';
import { Malformed } from '../shared/errors.ts';

/** A text field with a parser of its own (a store path hash, a release prefix). */
export const field = <T>(parse: (text: string) => T): v.GenericSchema<string, T> =>
  v.pipe(
    v.string(),
    v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
      try {
        return parse(dataset.value);
      } catch (error) {
        addIssue({ message: error instanceof Error ? error.message : String(error) });
        return NEVER;
      }
    }),
  );

/**
 * What a parser makes of a text; undefined when it is unreadable. For records of ours in a bucket: one that was damaged is
 * as good as absent, and must not stop what does not depend on it.
 */
export function readable<T, S = string>(parse: (source: S) => T, source: S | undefined): T | undefined {
  if (source === undefined) return undefined;
  try {
    return parse(source);
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** A time in ISO 8601, kept as text. */
export const time = v.pipe(v.string(), v.isoTimestamp());

/** The UTC day of a time: `2026-11-22`, by which records of a day are named. */
export const dateOf = (at: Date): string => at.toISOString().slice(0, 10);

export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/**
 * @param what completes "not …: field: complaint"
 * @throws {Malformed}
 */
export function parseJson<T>(what: string, schema: v.GenericSchema<unknown, T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Malformed(`not ${what}: not JSON`, { field: '(all)' }, cause);
  }
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const name = v.getDotPath(issue) ?? '(all)';
  throw new Malformed(`not ${what}: ${name}: ${issue.message}`, { field: name });
}
