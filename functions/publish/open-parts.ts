/** How publish asks the parts that it probes. */
import type { Bucket } from '../../shared/bucket/bucket.ts';
import { getText } from '../../shared/bucket/bucket.ts';
import type { ClickHousePlace } from '../../shared/config/clickhouse-url.ts';
import { CACHE_INFO_KEY } from '../../shared/nix/cache-object.ts';
import { askClickHouse } from '../../shared/probe/clickhouse.ts';
import { askCacheInfo } from '../../shared/upstream/ask-cache-info.ts';
import type { HttpClient } from '../../shared/upstream/http-client.ts';
import type { Parts } from './probe-parts.ts';

export interface PartsDeps {
  readonly bucket: Pick<Bucket, 'get'>;
  readonly upstreamUrl: string;
  readonly http: Pick<HttpClient, 'request'>;
  readonly clickHouse: ClickHousePlace | undefined;
}

export const openParts = ({ bucket, upstreamUrl, http, clickHouse }: PartsDeps): Parts => ({
  bucket: (signal) => getText(bucket, CACHE_INFO_KEY, signal),
  clickhouse: clickHouse && askClickHouse(clickHouse),
  upstream: (signal) => askCacheInfo(upstreamUrl, http, signal),
});
