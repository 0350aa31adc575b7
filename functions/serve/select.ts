/**
 * Which part of a representation a request gets: all of it, a range, or nothing because the asker has it or asks beyond its
 * end (RFC 9110, sections 13 and 14). Pure.
 */
import type { ByteRange } from '../../shared/bucket/bucket.ts';
import { type Answer, CACHE, type Headers, text } from './answer.ts';
import type { Asked } from './asked.ts';
import { isNotModified, isSameAs, type Version } from './conditional.ts';
import { requestedRange } from './range.ts';

export interface Representation extends Version {
  /** Bytes; undefined when they are made as they are sent: then there are no ranges of it. */
  readonly size: number | undefined;
  /** Content-Type, Cache-Control and the like, of every answer that carries it. */
  readonly headers: Headers;
}

export interface Selected {
  /** Without a body. */
  readonly answer: Answer;
  /** The bytes to send with it; `none` for 304 and 416. */
  readonly part: 'whole' | 'none' | ByteRange;
}

type Question = Pick<Asked, 'range' | 'ifRange' | 'ifNoneMatch' | 'ifModifiedSince'>;

export function select(asked: Question, { size, headers, ...version }: Representation): Selected {
  const { etag, lastModified } = version;
  const tagged = { ...headers, etag, ...(lastModified && { 'last-modified': lastModified.toUTCString() }) };
  if (isNotModified(asked, version)) return { answer: { status: 304, headers: tagged }, part: 'none' };
  if (size === undefined) return { answer: { status: 200, headers: tagged }, part: 'whole' };

  // `Accept-Ranges` on every answer, the 206 too: Nix resumes what broke off only where it saw it.
  const ranged = { ...tagged, 'accept-ranges': 'bytes' };
  const range = isSameAs(asked.ifRange, version) ? requestedRange(asked.range, size) : 'whole';
  if (range === 'whole')
    return { answer: { status: 200, headers: { ...ranged, 'content-length': String(size) } }, part: 'whole' };
  if (range === 'unsatisfiable') {
    // Not with the object's own lifetime: a shared cache would keep it.
    const refused = { 'content-range': `bytes */${size}`, 'accept-ranges': 'bytes', 'cache-control': CACHE.never };
    return { answer: text(416, 'no such range', refused), part: 'none' };
  }
  const part = {
    'content-range': `bytes ${range.first}-${range.last}/${size}`,
    'content-length': String(range.last - range.first + 1),
  };
  return { answer: { status: 206, headers: { ...ranged, ...part } }, part: range };
}
