/** The wire behind a breaker for each host: every attempt passes it, so that a retry of a probe is refused like any other. */
import { UpstreamFailed } from '../errors.ts';
import type { Log } from '../log.ts';
import { whereIs } from './addresses.ts';
import {
  CLAIM_MS,
  downAt,
  FAILURES_TO_OPEN,
  isDown,
  type Passage,
  PROBE_EVERY_MS,
  passageAt,
  upAt,
} from './breaker.ts';
import { type BreakerStore, type SharedRecord, sharedRecord } from './breaker-record.ts';
import { reasonOf } from './failure.ts';
import { parseRetryAfter } from './retry.ts';
import type { Wire, WireAnswer } from './wire.ts';

export interface GuardOptions {
  readonly store: BreakerStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

/** It refuses by {UpstreamFailed}, with `facts.retryAfterMs`; a wire itself never throws that. */
export function guardedWire(wire: Pick<Wire, 'send'>, options: GuardOptions): Pick<Wire, 'send'> {
  const breakers = new Map<string, Breaker>();
  const breakerOf = (host: string): Breaker => {
    const known = breakers.get(host) ?? breakerFor(host, options);
    breakers.set(host, known);
    return known;
  };

  return {
    async send(request, signal) {
      const breaker = breakerOf(request.url.host);
      const passage = await breaker.pass();
      signal.throwIfAborted();
      if (passage.kind === 'refuse') {
        const [url, { retryAfterMs }] = [whereIs(request.url), passage];
        const seconds = Math.ceil(retryAfterMs / 1_000);
        const reason = `${request.url.host} is down; it is asked again in ${seconds} s`;
        throw new UpstreamFailed(`${request.method} ${url}: ${reason}`, { url, reason, retryAfterMs });
      }
      let answer: WireAnswer;
      try {
        answer = await wire.send(request, signal);
      } catch (error) {
        if (!signal.aborted) await breaker.failed(passage, { reason: reasonOf(error) });
        throw error;
      }
      if (!isDown(answer.status)) await breaker.answered(passage);
      else {
        const retryAfterMs = parseRetryAfter(answer.headers['retry-after'], options.now());
        await breaker.failed(passage, { reason: `answered ${answer.status}`, retryAfterMs });
      }
      return answer;
    },
  };
}

type Permit = Pick<Exclude<Passage, { kind: 'refuse' }>, 'kind'>;

interface Trouble {
  readonly reason: string;
  readonly retryAfterMs?: number | undefined;
}

interface Breaker {
  pass(): Promise<Permit | Extract<Passage, { kind: 'refuse' }>>;
  answered(permit: Permit): Promise<void>;
  failed(permit: Permit, trouble: Trouble): Promise<void>;
}

/** A lost race is looked at again this often. */
const MOST_SWAPS = 5;

function breakerFor(host: string, { store, now, log }: GuardOptions): Breaker {
  const shared: SharedRecord = sharedRecord({ host, store, now, log });
  let failures = 0;

  async function open({ reason, retryAfterMs }: Trouble): Promise<void> {
    if ((await shared.read(true))?.state === 'down') return; // somebody else was faster
    if (await shared.swap(downAt(now(), reason, retryAfterMs)))
      log.warn('upstream.down', { host, reason, message: `${host} is asked only now and then until it answers` });
  }

  /** The probe was told when to come again. */
  async function waitLonger({ reason, retryAfterMs = 0 }: Trouble): Promise<void> {
    const record = await shared.read();
    if (record?.state !== 'down' || retryAfterMs <= PROBE_EVERY_MS) return;
    await shared.swap({ ...downAt(now(), reason, retryAfterMs), since: record.since });
  }

  async function close(): Promise<void> {
    for (let swaps = 0; swaps < MOST_SWAPS; swaps += 1) {
      const record = await shared.read();
      if (record?.state !== 'down') return; // another probe was faster
      if (await shared.swap(upAt(now())))
        return log.info('upstream.up', { host, down_ms: now() - Date.parse(record.since) });
    }
  }

  return {
    async pass() {
      const record = await shared.read();
      const claimedAt = now();
      const passage = passageAt(record, claimedAt);
      if (passage.kind !== 'probe') return passage;
      const claimed = await shared.swap(passage.claim);
      if (claimed && now() - claimedAt <= CLAIM_MS) return passage;
      const other = passageAt(await shared.read(), now());
      return other.kind === 'probe' ? { kind: 'refuse', retryAfterMs: PROBE_EVERY_MS } : other;
    },
    async answered({ kind }) {
      failures = 0;
      if (kind === 'probe') await close();
    },
    async failed({ kind }, trouble) {
      if (kind === 'probe') return waitLonger(trouble);
      failures += 1;
      if (failures < FAILURES_TO_OPEN) return;
      failures = 0;
      await open(trouble);
    },
  };
}
