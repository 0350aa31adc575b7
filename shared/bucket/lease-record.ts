/**
 * State `lease.json`: who may write names, and who waits for that.
 *     {"holder":"7c1c…","term":12,"expires":"2026-11-25T03:00:00.000Z",
 *      "wanted":{"by":"7c1c…/collect","until":"2026-11-25T02:59:30.000Z"}}
 */
import * as v from 'valibot';

export const LEASE_KEY = 'lease.json';

const time = v.pipe(v.string(), v.isoTimestamp());
const schema = v.object({
  /** Empty: nobody. */
  holder: v.string(),
  term: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** By the holder's clock. */
  expires: time,
  /** Somebody asks for it. Until then nobody else takes it. */
  wanted: v.exactOptional(v.object({ by: v.string(), until: time })),
});

export type LeaseRecord = v.InferOutput<typeof schema>;

/** What a lease that can't be read is as good as. */
export const NOBODYS: LeaseRecord = { holder: '', term: 0, expires: new Date(0).toISOString() };

export function parseLease(text: string): LeaseRecord {
  try {
    return v.parse(schema, JSON.parse(text));
  } catch {
    return NOBODYS;
  }
}

export const formatLease = (record: LeaseRecord): string => `${JSON.stringify(record)}\n`;
