/** What a preflight asks, of the real thing. */
import { openBucket } from '../../shared/bucket/open.ts';
import { PROBE_KEY } from '../../shared/bucket/probe.ts';
import { openParameters } from '../../shared/config/ssm.ts';
import { askClickHouse } from '../../shared/probe/clickhouse.ts';
import type { PreflightDeps } from './preflight.ts';

const PATIENCE_MS = 20_000;

const patient = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);

/** @param region of the stage's parameters */
export const lookingAt = (region: string): PreflightDeps => ({
  fetchParameters: (names, signal) => openParameters({ region })(names, patient(signal)),
  async listBucket(storeUrl, keys, signal) {
    const bucket = openBucket(storeUrl, keys);
    for await (const _ of bucket.list(PROBE_KEY, { signal: patient(signal) })) break;
    await bucket.head(PROBE_KEY, patient(signal));
  },
  askClickHouse: (place, signal) => askClickHouse(place)(patient(signal)),
});

/** Nobody is asked: only what stands in the environment file is looked at. */
export const offline: PreflightDeps = {
  fetchParameters: undefined,
  listBucket: async () => undefined,
  askClickHouse: async () => undefined,
};
