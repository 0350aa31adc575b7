/** Waits for what follows a row: ClickHouse shows a block of requests before its views have counted it. */
import { audit } from '../../shared/analytics/audit/audit.ts';
import { daysFrom } from '../../shared/analytics/audit/days.ts';
import { openClickHouse } from '../../shared/analytics/client.ts';
import { DAY, dayOf } from '../../shared/analytics/queries/range.ts';
import { parseClickHouseUrl } from '../../shared/config/clickhouse-url.ts';
import { until } from './eventually.ts';

const FOR_MS = 60_000;

/** Until every aggregate of today and yesterday is what the requests come to. @param url of ClickHouse. */
export async function untilAllCounted(url: string): Promise<void> {
  const client = openClickHouse(parseClickHouseUrl(url));
  const areCounted = async () => {
    const now = new Date();
    const days = daysFrom(dayOf(new Date(now.getTime() - DAY)), dayOf(now));
    const audited = await audit(days, { client, now: () => now }, AbortSignal.timeout(FOR_MS));
    return audited.every(({ differences }) => differences.length === 0);
  };
  try {
    await until('all that was asked to be counted', areCounted, FOR_MS);
  } finally {
    await client.close();
  }
}
