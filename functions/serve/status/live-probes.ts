/** What serve sees by itself of the parts that it uses: right also while publish does not run. */
import { type Bucket, getText } from '../../../shared/bucket/bucket.ts';
import { CACHE_INFO_KEY } from '../../../shared/nix/cache-object.ts';
import { type Ask, probe } from '../../../shared/probe/probe.ts';
import type { PartStanding, Parts } from './status.ts';

export type LiveParts = Pick<Parts, 'bucket' | 'records' | 'clickhouse'>;

export interface LiveProbesDeps {
  readonly bucket: Pick<Bucket, 'get'>;
  readonly state: Pick<Bucket, 'get'>;
  /** Undefined: not configured. */
  readonly askClickHouse: Ask | undefined;
  readonly budgetMs: number;
  readonly now: () => Date;
}

/** Any record would do: whether it is there says nothing, that it was looked for does. */
const RECORD = 'lease.json';

export async function liveProbes({ bucket, state, askClickHouse, budgetMs, now }: LiveProbesDeps): Promise<LiveParts> {
  const look = async (ask: Ask | undefined): Promise<PartStanding> =>
    ask ? { ...(await probe(ask, { budgetMs })), at: now() } : { state: 'not-configured' };
  const [served, records, clickhouse] = await Promise.all([
    look((signal) => getText(bucket, CACHE_INFO_KEY, signal)),
    look((signal) => getText(state, RECORD, signal)),
    look(askClickHouse),
  ]);
  return { bucket: served, records, clickhouse };
}
