/** Single byte ranges (RFC 9110, section 14). Several ranges, other units and nonsense are as if nothing was asked. Pure. */
import type { ByteRange } from '../../shared/bucket/bucket.ts';

export type Requested = 'whole' | 'unsatisfiable' | ByteRange;

const SINGLE = /^bytes=(\d*)-(\d*)$/i;

/** @param size bytes of the whole object. */
export function requestedRange(header: string | undefined, size: number): Requested {
  const [, from = '', to = ''] = SINGLE.exec(header?.trim() ?? '') ?? [];
  if (from === '' && to === '') return 'whole';
  if (from === '')
    return Number(to) === 0 || size === 0 ? 'unsatisfiable' : { first: Math.max(0, size - Number(to)), last: size - 1 };
  if (to !== '' && Number(to) < Number(from)) return 'whole';
  if (Number(from) >= size) return 'unsatisfiable';
  return { first: Number(from), last: to === '' ? size - 1 : Math.min(Number(to), size - 1) };
}
