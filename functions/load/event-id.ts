/**
 * The number by which an event is known in every table, from the id that its writer gave it: UInt64, as decimal digits, because it does
 * not fit into a number of JavaScript's.
 *     6f1c… → 12302652060662213651
 */
import { hash } from 'node:crypto';

export const eventIdOf = (id: string): string => hash('sha256', id, 'buffer').readBigUInt64BE(0).toString();
