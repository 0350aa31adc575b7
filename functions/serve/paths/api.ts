/** `/api/paths/<store path or hash>` and `/api/missing`, as docs/api.md says. */

import { readable } from '../../../events/record.ts';
import { MANIFEST_REASONS } from '../../../events/release-manifest.ts';
import { formatBaseName, parseStorePathHash, type StorePath } from '../../../shared/nix/store-path.ts';
import type { Answer, Headers } from '../answer.ts';
import type { Asked } from '../asked.ts';
import { problem } from '../problem.ts';
import { answerSmall, smallText } from '../small.ts';
import type { MissingEntry, MissingPage, Question } from './missing.ts';
import type { Link, References, Standing } from './standing.ts';

/** What changes may be seen so much later. */
const BRIEFLY = 'public, max-age=10';
const RETRY_SECONDS = '3';

export const malformed = problem(
  400,
  'Not a store path',
  'Give a store path, its base name, or its hash: 32 characters of 0-9 and a-z without e, o, u and t.',
);

export const notNow = problem(503, 'Not known now', 'The storage does not answer; please try again.', {
  'retry-after': RETRY_SECONDS,
});

const stillReading = problem(503, 'Not known yet', 'The lists of releases are being read; please try again.', {
  'retry-after': RETRY_SECONDS,
});

const unlisted = problem(
  404,
  'Never heard of',
  'No current release of the channels that are mirrored here lists this path, and nobody asked for it.',
  { 'cache-control': BRIEFLY },
);

export function pathAnswer(asked: Asked, standing: Standing): Answer {
  if (standing.state === 'unlisted') return standing.unreadReleases > 0 ? stillReading : unlisted;
  const { hash, path, state, since, chain, references, trouble, because, releases, unreadReleases } = standing;
  return json(asked, {
    hash,
    ...named(path),
    state,
    ...(since !== undefined && { since }),
    ...trouble,
    ...(because && { because: { ...linkJson(standing.chain?.at(-1)), ...because } }),
    ...(chain && { chain: chain.map(linkJson) }),
    ...(references && { references: referencesJson(references) }),
    releases,
    unread_releases: unreadReleases,
  });
}

const referencesJson = ({ total, lookedAt, here, paths }: References) => ({
  total,
  looked_at: lookedAt,
  here,
  paths: paths.map(linkJson),
});
const linkJson = (link: Link | undefined) => link && { hash: link.hash, ...named(link.path), state: link.state };
const named = (path: StorePath | undefined) => (path ? { path: formatBaseName(path) } : {});

export const MOST_ENTRIES = 1_000;
export const USUAL_ENTRIES = 200;

const PARAMETERS: ReadonlySet<string> = new Set(['reason', 'after', 'limit']);

/** @returns undefined for a question that is not understood. */
export function questionIn(query: string | undefined): Question | undefined {
  const asked = new URLSearchParams(query);
  if ([...asked.keys()].some((name) => !PARAMETERS.has(name))) return undefined;
  const [reason, after, limit] = ['reason', 'after', 'limit'].map((name) => asked.get(name) || undefined);
  const known = MANIFEST_REASONS.find((one) => one === reason);
  const entries = limit === undefined ? USUAL_ENTRIES : /^\d{1,4}$/.test(limit) ? Number(limit) : 0;
  if (reason !== known || entries < 1 || entries > MOST_ENTRIES) return undefined;
  if (after !== undefined && readable(parseStorePathHash, after) === undefined) return undefined;
  return { limit: entries, ...(known && { reason: known }), ...(after !== undefined && { after }) };
}

export const questionMalformed = problem(
  400,
  'Not understood',
  `reason is one of ${MANIFEST_REASONS.join(', ')}; after is a hash; limit is a number from 1 to ${MOST_ENTRIES}. There is no other parameter.`,
);

export interface MissingFacts extends MissingPage {
  readonly question: Question;
  /** Whether all records could be listed. */
  readonly complete: boolean;
}

/** Grouped by reason; each group has how many there are in all, and those of this page. */
export function missingAnswer(asked: Asked, { counts, entries, next, question, complete }: MissingFacts): Answer {
  const reasons = MANIFEST_REASONS.map((reason) => ({
    reason,
    count: counts[reason],
    paths: entries.filter((entry) => entry.reason === reason).map(entryJson),
  }));
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const onward = next && { next: `${asked.mirrorUrl}/api/missing?${queryOf({ ...question, after: next })}` };
  return json(asked, { total, complete, reasons, ...onward });
}

const queryOf = ({ reason, after, limit }: Question): string =>
  new URLSearchParams({ ...(reason && { reason }), ...(after && { after }), limit: String(limit) }).toString();

const entryJson = ({ path, ...entry }: MissingEntry) => ({ ...entry, ...named(path) });

const json = (asked: Asked, value: unknown): Answer =>
  answerSmall(asked, smallText(`${JSON.stringify(value)}\n`, HEADERS));

const HEADERS: Headers = { 'content-type': 'application/json', 'cache-control': BRIEFLY };
