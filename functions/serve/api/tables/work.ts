/** `/api/copies`, `/api/failures`, `/api/channel-updates`: what the mirror itself did. */
import * as v from 'valibot';
import { CHANNEL_UPDATES, COPIES, FAILURES } from '../../analytics/topics.ts';
import { days, field, hours, looked, table } from '../endpoint.ts';
import { count, DAY, ms, RANGE, TIME } from '../fields.ts';

export const COPIES_TABLE = table({
  path: '/api/copies',
  name: 'copies',
  summary: 'What the mirror has copied, and what it could not',
  description: 'By the day, oldest first.',
  parameters: { range: RANGE },
  row: v.object({
    date: DAY,
    outcome: field(
      v.string(),
      'copied; present: it was here already; unavailable: upstream lacks it or has it wrong; failed: tried again',
    ),
    copies: field(count, 'store paths'),
    bytes: field(count, 'of compressed NARs'),
  }),
  look: async ({ range }, { tell }) =>
    looked(
      await tell(COPIES, { range }),
      (rows) => rows.map(({ date, outcome, copies, fileBytes }) => ({ date, outcome, copies, bytes: fileBytes })),
      { span: days(range), threshold: 0 },
    ),
});

export const FAILURES_TABLE = table({
  path: '/api/failures',
  name: 'failures',
  summary: 'What failed within the mirror',
  description:
    'By stage and code, the most first. Most of it was tried again and went well. What the codes mean, the runbook says.',
  parameters: { range: RANGE },
  row: v.object({
    stage: field(v.string(), 'detect, copy, publish, serve, load or collect'),
    code: field(v.string(), 'of a closed list'),
    failures: field(count, 'how often'),
    dead: field(count, 'of these, given up: an operator looks at them'),
    last: field(TIME, 'the last time'),
  }),
  look: async ({ range }, { tell }) =>
    looked(await tell(FAILURES, { range }), (rows) => rows, { span: hours(range), threshold: 0 }),
});

export const CHANNEL_UPDATES_TABLE = table({
  path: '/api/channel-updates',
  name: 'channel-updates',
  summary: 'Releases that were seen and shown',
  description: 'Newest first, fifty at most. What a record did not say is empty, or 0.',
  parameters: { range: RANGE },
  row: v.object({
    at: field(TIME, 'when'),
    channel: field(v.string(), 'its name'),
    outcome: field(v.string(), 'detected: seen upstream; published: shown here; failed'),
    release: field(v.string(), 'its prefix: it is at /releases/<prefix> once it is here'),
    revision: field(v.string(), 'the commit of nixpkgs'),
    paths: field(count, 'store paths that it lists'),
    new_paths: field(count, 'of these, not known before'),
    unavailable: field(count, 'not to be had'),
    duration_ms: field(v.pipe(v.number(), v.minValue(0)), 'how long it took'),
  }),
  look: async ({ range }, { tell }) =>
    looked(
      await tell(CHANNEL_UPDATES, { range }),
      (rows) =>
        rows.map(({ newPaths, durationUs, unavailable, ...row }) => ({
          ...row,
          new_paths: newPaths,
          unavailable,
          duration_ms: ms(durationUs),
        })),
      { span: hours(range), threshold: 0 },
    ),
});
