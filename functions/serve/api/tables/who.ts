/** `/api/clients`, `/api/countries`, `/api/stores`: who asks, as far as that points at nobody. */
import * as v from 'valibot';
import { countryThreshold } from '../../analytics/country-threshold.ts';
import { CLIENTS, COUNTRIES, STORES } from '../../analytics/topics.ts';
import { days, field, looked, table } from '../endpoint.ts';
import { count, DAY, DOWNLOADS, RANGE, REQUESTS } from '../fields.ts';

export const CLIENTS_TABLE = table({
  path: '/api/clients',
  name: 'clients',
  summary: 'Programs and their versions',
  description:
    'Of the whole days that the range touches; the most requests come first. A version with fewer requests than the threshold is one of the others; others that have fewer together, and programs, have no row. Never by country.',
  parameters: { range: RANGE },
  row: v.object({
    client: field(v.string(), 'Nix, Lix, Snix, Tvix, cachix, attic, curl, go, browser or other'),
    version: field(v.nullable(v.string()), 'empty: the program did not say; null: all other versions together'),
    others: field(v.boolean(), 'true: all other versions together'),
    requests: REQUESTS,
    checkins: field(count, 'of these, for nix-cache-info'),
    downloads: DOWNLOADS,
  }),
  look: async ({ range }, { tell, threshold }) =>
    looked(
      await tell(CLIENTS, { range }),
      (rows) =>
        rows.map(({ client, version, ...counts }) => ({ client, version, others: version === null, ...counts })),
      { span: days(range), threshold },
    ),
});

export const COUNTRIES_TABLE = table({
  path: '/api/countries',
  name: 'countries',
  summary: 'Countries',
  description:
    'As far as a CDN in front of this mirror says; of the whole days that the range touches, the most downloads first. The threshold is 100 at least. Never by package or program.',
  parameters: { range: RANGE },
  row: v.object({
    country: field(v.string(), 'ISO 3166-1; ZZ: nobody said'),
    requests: REQUESTS,
    downloads: DOWNLOADS,
    bytes: field(count, 'of GETs, sent or promised by a redirect'),
  }),
  look: async ({ range }, { tell, threshold }) =>
    looked(
      await tell(COUNTRIES, { range }),
      (rows) => rows.map(({ bodyBytes, ...row }) => ({ ...row, bytes: bodyBytes })),
      { span: days(range), threshold: countryThreshold(threshold) },
    ),
});

export const STORES_TABLE = table({
  path: '/api/stores',
  name: 'stores',
  summary: 'Stores that use the mirror, by the week',
  description: 'Requests for nix-cache-info, which Nix makes once in seven days. Whole weeks only, oldest first.',
  parameters: { range: RANGE },
  row: v.object({ week: field(DAY, 'its Monday'), checkins: field(count, 'about as many stores') }),
  look: async ({ range }, { tell }) =>
    looked(await tell(STORES, { range }), (rows) => rows, { span: days(range), threshold: 0 }),
});
