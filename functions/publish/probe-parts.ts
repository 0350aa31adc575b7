/**
 * Probes what this service depends on, once a minute, and adds what it found to the day's record; a day that is over is counted
 * up. It runs beside a tick: it never fails one, and keeps it by no more than its own second, for a function that has answered
 * is not running any more.
 */
import type { RecordLog } from '../../events/log-record.ts';
import {
  type Finding,
  type Findings,
  formatProbes,
  minuteOf,
  PROBED_PARTS,
  type ProbedPart,
  type ProbesOfDay,
  parseProbes,
  probesKey,
  withFindings,
} from '../../events/probes.ts';
import { dateOf, readable } from '../../events/record.ts';
import { type Bucket, bytesOf, unchangedSince } from '../../shared/bucket/bucket.ts';
import { isDue } from '../../shared/due.ts';
import { describeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import { type Ask, inTime, probe } from '../../shared/probe/probe.ts';
import { createDayCount } from './count-days.ts';
import { tellProbed } from './tell.ts';

/** How each part is asked; undefined: it is not configured. */
export type Parts = Readonly<Record<ProbedPart, Ask | undefined>>;

export interface PartProbesDeps {
  readonly parts: Parts;
  readonly state: Pick<Bucket, 'get' | 'put'>;
  readonly log: Log;
  readonly records: RecordLog;
  readonly now: () => Date;
  /** Milliseconds, of one probe and of writing the record. Default a second. */
  readonly budgetMs?: number;
}

/** What is asked before the record is written: the lease's `keep`. */
export type MayWrite = (signal: AbortSignal) => Promise<AbortSignal>;

export interface PartProbes {
  /** Resolves when it is done, or when there was nothing to do: it is not a minute since the last. Never rejects. */
  run(mayWrite: MayWrite, signal: AbortSignal): Promise<void>;
}

const BUDGET_MS = 1_000;
const EVERY_MS = 60_000;

export function createPartProbes(deps: PartProbesDeps): PartProbes {
  const { parts, state, log, records, now, budgetMs = BUDGET_MS } = deps;
  const days = createDayCount({ state });
  let due: number | undefined;
  let known: { readonly day: ProbesOfDay; readonly etag: string | undefined } | undefined;

  async function add(at: Date, findings: Findings, signal: AbortSignal): Promise<void> {
    const date = dateOf(at);
    const { day, etag } = known?.day.date === date ? known : await read(date, signal);
    known = undefined; // until it is written
    const next = withFindings(day, minuteOf(at), findings);
    const only = unchangedSince(etag);
    const put = await state.put(probesKey(date), formatProbes(next), { only, signal });
    known = { day: next, etag: put.etag };
  }

  async function read(date: string, signal: AbortSignal): Promise<NonNullable<typeof known>> {
    const stored = await state.get(probesKey(date), { signal });
    if (!stored) return { day: { date, minutes: [] }, etag: undefined };
    const day = readable(parseProbes, (await bytesOf(stored.body)).toString('utf8'));
    return { day: day ?? { date, minutes: [] }, etag: stored.etag }; // one that was damaged is begun anew
  }

  return {
    async run(mayWrite, signal) {
      const at = now();
      if (!isDue(due ?? 0, at.getTime(), EVERY_MS) || PROBED_PARTS.every((part) => !parts[part])) return;
      due = nextAfter(at.getTime(), due ?? at.getTime());
      try {
        const found = await Promise.all(
          PROBED_PARTS.map((part) => findingOf(part, parts[part], { log, records, budgetMs })),
        );
        const findings = Object.fromEntries(PROBED_PARTS.map((part, i) => [part, found[i] ?? null]));
        const allowed = await mayWrite(signal);
        const write = (work: (signal: AbortSignal) => Promise<void>) =>
          inTime((late) => work(AbortSignal.any([allowed, late])), budgetMs);
        const written = await Promise.allSettled([
          write((until) => add(at, findings as Record<ProbedPart, Finding>, until)),
          write((until) => days.run(at, until)),
        ]);
        for (const one of written) if (one.status === 'rejected') throw one.reason;
      } catch (error) {
        log.warn('probe.not-noted', { error: describeError(error) });
      }
    },
  };
}

/** At the same second of every minute, however late a tick comes: then no minute is passed over. */
const nextAfter = (now: number, due: number): number => due + (Math.floor((now - due) / EVERY_MS) + 1) * EVERY_MS;

async function findingOf(
  part: ProbedPart,
  ask: Ask | undefined,
  { log, records, budgetMs }: Pick<PartProbesDeps, 'log' | 'records'> & { readonly budgetMs: number },
): Promise<Finding> {
  if (!ask) return null;
  const found = await probe(ask, { budgetMs });
  tellProbed(part, found, records);
  if (found.state === 'online') {
    log.info('probe', { part, state: found.state, latency_ms: found.latencyMs });
    return found.latencyMs;
  }
  log.info('probe', { part, state: found.state, code: found.trouble });
  return { code: found.trouble };
}
