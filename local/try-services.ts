/**
 * Tries all services that a start needs of others, at once, before anything is made or changed there. Those that can't be used are told in
 * one list, each with its reason, instead of by every message later.
 *     {"event":"services.failed","services":[{"setting":"BUCKET","message":"s3://cache can't be used (put): ECONNREFUSED","bucket":"s3://cache"}]}
 *
 * They may come later, as when a whole rack starts: all goes on by itself when they are back. One without which a start is for nothing
 * ends it, when all have been told.
 */
import { RuntimeFailed } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import type { ServiceAsk, Unusable } from './service-asks.ts';

export interface TryDeps {
  readonly log: Pick<Log, 'warn' | 'error'>;
  /** For a service that does not answer at all, in milliseconds. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 10_000;

/** @returns the settings of those that can't be used yet. @throws {RuntimeFailed} when one of them is needed now. */
export async function tryServices(
  asks: readonly ServiceAsk[],
  { log, patienceMs = PATIENCE_MS }: TryDeps,
): Promise<ReadonlySet<string>> {
  const answers = await Promise.all(asks.map((ask) => ask(patienceMs)));
  const unusable = answers.filter((answer) => answer !== undefined);
  if (unusable.length === 0) return new Set();
  const needed = unusable.filter(({ isNeeded }) => isNeeded);
  log[needed.length > 0 ? 'error' : 'warn']('services.failed', { services: unusable.map(told) });
  if (needed.length > 0)
    throw new RuntimeFailed(`nothing was started: ${needed.map(({ message }) => message).join('; ')}`);
  return new Set(unusable.map(({ setting }) => setting));
}

const told = ({ setting, message, bucket }: Unusable) => ({ setting, message, ...(bucket && { bucket }) });
