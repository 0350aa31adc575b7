/** What `/api/paths/<…>` and `/api/missing` say, for the description of the API (paths/api.ts says it). */
import * as v from 'valibot';
import { MANIFEST_REASONS } from '../../../../events/release-manifest.ts';
import { count } from '../../../../shared/analytics/queries/ask.ts';
import { MOST_ENTRIES, USUAL_ENTRIES } from '../../paths/api.ts';
import { TIME } from '../fields.ts';
import type { Parameter } from '../parameters.ts';

const hash = v.pipe(v.string(), v.regex(/^[0-9a-z]{32}$/));
const reason = v.picklist(MANIFEST_REASONS);
const state = v.picklist(['here', 'waiting', 'blocked', 'unavailable', 'failing', 'asked']);
const link = { hash, path: v.exactOptional(v.string()), state };
const whenTried = {
  since: v.exactOptional(TIME),
  attempts: v.exactOptional(count),
  last: v.exactOptional(TIME),
  next: v.exactOptional(TIME),
  evidence: v.exactOptional(v.string()),
};

export const PATH = v.object({
  ...link,
  ...whenTried,
  reason: v.exactOptional(reason),
  because: v.exactOptional(v.object({ ...link, ...whenTried, reason })),
  chain: v.exactOptional(v.array(v.object(link))),
  references: v.exactOptional(
    v.object({ total: count, looked_at: count, here: count, paths: v.array(v.object(link)) }),
  ),
  releases: v.array(
    v.object({
      release: v.string(),
      channels: v.array(v.string()),
      status: v.picklist(['current', 'under-way']),
    }),
  ),
  unread_releases: count,
});

export const MISSING = v.object({
  total: count,
  complete: v.boolean(),
  reasons: v.array(
    v.object({
      reason,
      count,
      paths: v.array(
        v.object({
          hash,
          path: v.exactOptional(v.string()),
          reason,
          because: v.exactOptional(hash),
          ...whenTried,
          releases: v.array(v.string()),
        }),
      ),
    }),
  ),
  next: v.exactOptional(v.string()),
});

export const PATH_PARAMETERS = {
  path: {
    schema: v.string(),
    what: 'A store path, its base name, or its hash; the hash decides.',
    must: 'a store path, its base name, or its hash',
    fallback: '',
  } satisfies Parameter<string>,
};

const optional = (schema: Parameter<string>['schema'], what: string, must: string): Parameter<string | undefined> => ({
  schema,
  what,
  must,
  fallback: undefined,
});

export const MISSING_PARAMETERS = {
  reason: optional(reason, 'Only this one.', `one of ${MANIFEST_REASONS.join(', ')}`),
  after: optional(hash, 'Only hashes greater than this one.', 'a hash'),
  limit: {
    schema: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST_ENTRIES)),
    what: 'Paths of all reasons together.',
    must: `a number from 1 to ${MOST_ENTRIES}`,
    fallback: USUAL_ENTRIES,
  } satisfies Parameter<number>,
};
