/** The scrub, wired to this process's configuration: for collect's handler, after its own work. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { BUCKET_KEYS } from '../../../shared/bucket/keys.ts';
import { createLease } from '../../../shared/bucket/lease.ts';
import { openBucket } from '../../../shared/bucket/open.ts';
import { DEFAULTS } from '../../../shared/config/defaults.ts';
import { type Environment, readEnv } from '../../../shared/config/env.ts';
import { level, share, text } from '../../../shared/config/readers.ts';
import { createLog } from '../../../shared/log.ts';
import { SCRUB } from './config.ts';
import { type Scrubbed, scrubSlice } from './scrub-slice.ts';

/** A deployed publish may only give its lease up in its next minute but one. */
const WAIT_MS = 240_000;
/** To withdraw what was found, and to read the last NARs to their end. */
const KEEP_BACK_MS = WAIT_MS + 120_000;
/** To end what was begun, and for the last words. */
const LAST_MS = 20_000;

/** @returns what does a slice. `endsAt`: when the run has to be done (ms). */
export function openScrub(
  environment?: Environment,
): (run: { readonly endsAt: number }, signal: AbortSignal) => Promise<Scrubbed> {
  const config = readEnv(
    {
      ...SCRUB,
      COLLECT_MOST_SHARE: share(DEFAULTS.COLLECT_MOST_SHARE),
      BUCKET: text(),
      STATE: text(),
      ...BUCKET_KEYS,
      LEASE_HOLDER: text(randomUUID()),
      LOG_LEVEL: level('info'),
    },
    environment,
  );
  const state = openBucket(config.STATE, config);
  const now = () => new Date();
  const deps = {
    bucket: openBucket(config.BUCKET, config),
    state,
    trustedKeys: config.TRUSTED_PUBLIC_KEYS,
    lease: createLease({ state, holder: `${config.LEASE_HOLDER}/scrub`, now }),
    log: createLog({ fields: { function: 'collect' }, level: config.LOG_LEVEL }),
    now,
    sleep: (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }),
  };
  return ({ endsAt }, signal) => {
    const until = { endsAt: endsAt - KEEP_BACK_MS, withdrawsUntil: endsAt - LAST_MS };
    const most = { bytesPerDay: config.SCRUB_BYTES_PER_DAY, mostShare: config.COLLECT_MOST_SHARE };
    return scrubSlice({ ...most, ...until, waitMs: WAIT_MS }, deps, signal);
  };
}
