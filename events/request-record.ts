/**
 * serve → log stream: that one request was answered. Of who asked it holds the program's name and version, and the country where a
 * CDN says one: never an address, a query, a referer or a raw user agent; of a path only that it was one of a closed list of
 * routes; and of what was not here no store hash.
 *     {"v":1,"kind":"request","id":"6f1c…","ts":"2026-11-22T11:33:07.123Z","route":"nar","method":"GET","status":302,
 *      "cache":"redirect","store_hash":"1b2c…","name":"glibc-2.40-36","body_bytes":9123456,"duration_us":9123,
 *      "backend_us":7001,"client":"Nix","client_version":"2.31.2","country":"DE","service_version":"0.1.0"}
 */
import * as v from 'valibot';
import { parseStorePathHash } from '../shared/nix/store-path.ts';
import { count, field } from './record.ts';
import { logRecord, storePathName } from './record-fields.ts';

/** What kind of thing was asked for. The last four are no client's traffic (shared/analytics/schema). */
export const ROUTES = [
  'cache_info',
  'narinfo',
  'nar',
  'listing',
  'log',
  'debuginfo',
  'realisation',
  'release',
  'channel',
  'registry',
  'diagnose',
  'page',
  'api',
  'health',
  'other',
] as const;
export type Route = (typeof ROUTES)[number];

/**
 * `hit`: from the bucket, or from memory; `redirect`: to the bucket itself; `upstream`: what ON_MISS=pull gave, or where it led;
 * `local`: made here (cache info, pages).
 */
export const CACHE_RESULTS = ['hit', 'redirect', 'upstream', 'miss', 'not_modified', 'local', 'error'] as const;
export type CacheResult = (typeof CACHE_RESULTS)[number];

/** A method that is none of the others is `other`: it is the client's text. */
export const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE', 'PATCH', 'other'] as const;
export type Method = (typeof METHODS)[number];

/** The first four are Nix and its family, whose GETs of whole NARs are downloads. */
export const CLIENTS = ['Nix', 'Lix', 'Snix', 'Tvix', 'cachix', 'attic', 'curl', 'go', 'browser', 'other'] as const;
export type Client = (typeof CLIENTS)[number];

export type RequestRecord = v.InferOutput<typeof requestRecord>;

export const requestRecord = v.object({
  ...logRecord('request'),
  route: v.picklist(ROUTES),
  method: v.picklist(METHODS),
  status: v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(599)),
  /** A NAR was asked for with a `Range`: the rest of a download, and none of its own, though a redirect answers it with 302. */
  partial: v.exactOptional(v.boolean()),
  cache: v.picklist(CACHE_RESULTS),
  /** Only of what was given. */
  store_hash: v.exactOptional(field(parseStorePathHash)),
  name: v.exactOptional(storePathName),
  /** Bytes written; for a redirect those that it stands for: the object's size less the offset of the range. */
  body_bytes: count,
  /** From the request's arrival to the last byte, in microseconds, and how much of that was spent waiting for a bucket or upstream. */
  duration_us: count,
  backend_us: count,
  client: v.picklist(CLIENTS),
  client_version: v.exactOptional(v.pipe(v.string(), v.regex(/^\d{1,3}(\.\d{1,3}){0,2}$/))),
  /** ISO 3166-1, two letters, where a CDN says it. */
  country: v.exactOptional(v.pipe(v.string(), v.regex(/^[A-Z]{2}$/))),
  service_version: v.pipe(v.string(), v.maxLength(64)),
  /** The code of an error of ours, or the name of another. */
  error: v.exactOptional(v.pipe(v.string(), v.maxLength(64))),
});
