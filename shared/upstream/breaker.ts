/**
 * When a host of upstream may be asked. Pure.
 *
 * A host that fails again and again is called down, in a record that all processes share, machines and Lambdas alike. While it is
 * down one request in ten seconds goes through, the probe, whoever's it is; all others fail at once, so that messages wait in
 * the queue and not in a connection. A probe that is answered calls the host up again.
 */
import * as v from 'valibot';

/** Failures in a row, in one process, that call a host down. */
export const FAILURES_TO_OPEN = 5;
export const PROBE_EVERY_MS = 10_000;
/**
 * A claim is used within this, and the next one can be had that much later, so that two probes are ten seconds apart where they
 * arrive, however long it took to write the first claim.
 */
export const CLAIM_MS = 1_000;
/** The longest `Retry-After` that the next probe waits for, and so the furthest that `probeAt` can be away. */
const MOST_PROBE_WAIT_MS = 300_000;

const schema = v.object({
  state: v.picklist(['up', 'down']),
  /** When that began, in ISO 8601. */
  since: v.pipe(v.string(), v.isoTimestamp()),
  /** No probe before, in ISO 8601. */
  probeAt: v.pipe(v.string(), v.isoTimestamp()),
  /** What was wrong when it was called down, for a person who reads it. */
  reason: v.string(),
});

/** State `upstream-breaker/<host>.json`. */
export type BreakerRecord = v.InferOutput<typeof schema>;

/** A host has a port after a colon, and an IPv6 address brackets, which keys can't have. */
export const breakerKey = (host: string): string => `upstream-breaker/${host.replace(/[^a-z0-9.:-]/gi, '_')}.json`;

export const formatBreaker = (record: BreakerRecord): string => `${JSON.stringify(record)}\n`;

/** What can't be read calls nothing down: a breaker must never be the reason for an outage. */
export function parseBreaker(text: string): BreakerRecord | undefined {
  try {
    return v.parse(schema, JSON.parse(text));
  } catch {
    return undefined;
  }
}

export type Passage =
  | { readonly kind: 'pass' }
  /** Whoever first writes this record may ask. */
  | { readonly kind: 'probe'; readonly claim: BreakerRecord }
  | { readonly kind: 'refuse'; readonly retryAfterMs: number };

const PASS: Passage = { kind: 'pass' };

export function passageAt(record: BreakerRecord | undefined, nowMs: number): Passage {
  if (record?.state !== 'down') return PASS;
  const retryAfterMs = Date.parse(record.probeAt) - nowMs;
  // Further away than it can be: it was written by a clock that is ahead of ours.
  const due = retryAfterMs <= 0 || retryAfterMs > MOST_PROBE_WAIT_MS;
  return due
    ? { kind: 'probe', claim: { ...record, probeAt: after(nowMs, PROBE_EVERY_MS + CLAIM_MS) } }
    : { kind: 'refuse', retryAfterMs };
}

export const downAt = (nowMs: number, reason: string, retryAfterMs?: number): BreakerRecord => ({
  state: 'down',
  since: after(nowMs, 0),
  probeAt: after(nowMs, Math.min(MOST_PROBE_WAIT_MS, Math.max(PROBE_EVERY_MS, retryAfterMs ?? 0))),
  reason,
});

export const upAt = (nowMs: number): BreakerRecord => ({
  state: 'up',
  since: after(nowMs, 0),
  probeAt: after(nowMs, 0),
  reason: '',
});

/** A host that says it has too much to do, or can't: not 404 and the like, which are answers. */
export const isDown = (status: number): boolean => status === 429 || status >= 500;

const after = (nowMs: number, ms: number = PROBE_EVERY_MS): string => new Date(nowMs + ms).toISOString();
