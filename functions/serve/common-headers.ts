/** What every answer carries, whatever was asked: anybody may read this mirror, web pages too (as of cache.nixos.org). */
import type { Headers } from './answer.ts';

const COMMON: Headers = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Accept-Ranges, Content-Range, Copycat-Source, ETag, Link',
  'x-content-type-options': 'nosniff',
};

const completed = new WeakMap<Headers, Headers>();

/** The headers as they go on a wire. Made once for each record: those of a narinfo serve many answers. */
export function complete(headers: Headers): Headers {
  const known = completed.get(headers);
  if (known) return known;
  const all = { ...COMMON, ...headers };
  completed.set(headers, all);
  return all;
}
