/** Serve as it is, on files and a ClickHouse of its own, with records and rows for every page to show something. */
import { join } from 'node:path';
import { noRecordLog } from '../../events/log-record.ts';
import { formatPathUnavailable, unavailableKey } from '../../events/path-unavailable.ts';
import { formatPolled, POLLED_KEY } from '../../events/polled.ts';
import { formatProbeDays, PROBE_DAYS_KEY } from '../../events/probe-days.ts';
import { formatProbes, minuteOf, probesKey } from '../../events/probes.ts';
import { dateOf } from '../../events/record.ts';
import { readServeConfig } from '../../functions/serve/config.ts';
import { createRequestListener } from '../../functions/serve/local.ts';
import { openServe } from '../../functions/serve/open.ts';
import { openBucket } from '../../shared/bucket/open.ts';
import { parseStorePathHash } from '../../shared/nix/store-path.ts';
import { type HttpServer, listenHttp } from '../../shared/testing/http-server.ts';
import { fillChannels, STABLE, STABLE_SMALL, UNSTABLE_SMALL } from '../../shared/testing/status-world.ts';
import { type AnalyticsWorld, eventId, insert, startAnalytics } from '../analytics/analytics-world.ts';
import { packageNames } from '../bench/analytics/names.ts';
import { DAYS, rowsOfMonth } from '../bench/analytics/rows.ts';
import { makeFolder, removeFolder } from '../support/temporary-folder.ts';

const DAY_MS = 86_400_000;
const CHANNELS = [STABLE, STABLE_SMALL, UNSTABLE_SMALL];
/** Upstream lacks it. */
export const MISSING = parseStorePathHash('m3k8n4v1qzjw0x7h2d5fgc9ypb6slria');

export interface PagesWorld {
  readonly analytics: AnalyticsWorld;
  /** Midnight, UTC. */
  readonly today: Date;
  /** Asks nothing that another one was told. @param mirror buckets to begin with, else new ones */
  serve(mirror?: string): Promise<HttpServer>;
  /** Buckets with the records of three channels. */
  makeMirror(): Promise<string>;
  /** So many requests in the thirty days that end with yesterday, and what stages did meanwhile. */
  aMonth(rows: number): Promise<void>;
  /** So many in the last of these days alone. */
  aDay(rows: number): Promise<void>;
  /** ClickHouse ends, for good. */
  goAway(): Promise<void>;
  end(): Promise<void>;
}

export async function openPagesWorld(): Promise<PagesWorld> {
  const folder = await makeFolder();
  const analytics = await startAnalytics();
  const today = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS);
  const names = await packageNames();
  let mirrors = 0;
  let isGone = false;

  async function bring(rows: number, only: (ts: string) => boolean): Promise<void> {
    const from = new Date(today.getTime() - DAYS * DAY_MS);
    let [batch, at] = [[] as unknown[], 0];
    const send = async () => {
      await insert(analytics.client, 'requests', batch, `rows ${at}`);
      [batch, at] = [[], at + 1];
    };
    for (const row of rowsOfMonth({ rows, seed: 'pages', from, names })) {
      if (!only(row.ts)) continue;
      batch.push(row);
      if (batch.length === 50_000) await send();
    }
    if (batch.length > 0) await send();
  }

  async function goAway(): Promise<void> {
    if (!isGone) await analytics.end();
    isGone = true;
  }

  async function makeMirror(): Promise<string> {
    mirrors += 1;
    const place = join(folder, `mirror-${mirrors}`);
    const at = new Date();
    const [bucket, state] = ['public', 'state'].map((name) => openBucket(`file://${place}/${name}`)) as [
      ReturnType<typeof openBucket>,
      ReturnType<typeof openBucket>,
    ];
    await fillChannels({ bucket, state }, at);
    const channels = CHANNELS.map((channel) => ({ channel, outcome: 'unchanged' as const }));
    await state.put(POLLED_KEY, formatPolled({ at: new Date(at.getTime() - 3_600_000).toISOString(), channels }));
    const row = { minute: minuteOf(at), bucket: 14, clickhouse: 6, upstream: 41 };
    await state.put(probesKey(dateOf(at)), formatProbes({ date: dateOf(at), minutes: [row] }));
    const days = Array.from({ length: 80 }, (_, ago) => {
      const down = ago === 20 ? 19 : ago === 57 ? 200 : 0;
      const minutes = { ok: 1_440 - down, down };
      return {
        date: dateOf(new Date(at.getTime() - (ago + 1) * DAY_MS)),
        ...{ bucket: minutes, clickhouse: { ok: 1_440, down: 0 }, upstream: minutes },
      };
    });
    await state.put(PROBE_DAYS_KEY, formatProbeDays(days));
    const since = new Date(at.getTime() - 2 * DAY_MS).toISOString();
    const next = new Date(at.getTime() + DAY_MS / 2).toISOString();
    const evidence = `upstream has no ${MISSING}.narinfo`;
    await state.put(
      unavailableKey(MISSING),
      formatPathUnavailable({ hash: MISSING, reason: 'missing', evidence, since, attempts: 4, last: since, next }),
    );
    return place;
  }

  return {
    analytics,
    today,
    makeMirror,
    async serve(mirror) {
      const place = mirror ?? (await makeMirror());
      const config = readServeConfig({
        BUCKET: `file://${place}/public`,
        STATE: `file://${place}/state`,
        CHANNELS: CHANNELS.join(' '),
        CLICKHOUSE_URL: analytics.url,
        MIRROR_NAME: 'cache.example.org',
        LOG_LEVEL: 'error',
        MIN_FREE_BYTES: '1',
      });
      return listenHttp(createRequestListener({ deps: { ...openServe(config), records: noRecordLog }, config }));
    },
    async aMonth(rows) {
      await bring(rows, () => true);
      await insertWork(analytics, today);
    },
    async aDay(rows) {
      const day = dateOf(new Date(today.getTime() - DAY_MS));
      await bring(rows * DAYS, (ts) => ts.startsWith(day));
    },
    goAway,
    async end() {
      await goAway();
      await removeFolder(folder);
    },
  };
}

/** What stages write down of a month's work. */
async function insertWork({ client }: AnalyticsWorld, today: Date): Promise<void> {
  const at = (days: number, hours = 5) => new Date(today.getTime() - days * DAY_MS + hours * 3_600_000).toISOString();
  const month = Array.from({ length: DAYS }, (_, day) => day + 1);
  const path = {
    store_hash: MISSING,
    name: 'hello-2.12.1',
    file_size: 50_160,
    nar_size: 226_560,
    duration_us: 400_000,
  };
  await insert(
    client,
    'copies',
    month.flatMap((day) => [
      { ...path, ts: at(day), event_id: eventId(`copied ${day}`), release: 'nixos/unstable/a', outcome: 'copied' },
      { ...path, ts: at(day, 6), event_id: eventId(`lacking ${day}`), release: '', outcome: 'unavailable' },
    ]),
    'copies',
  );
  await insert(
    client,
    'failures',
    month.map((day) => ({
      ...{ ts: at(day), event_id: eventId(`failure ${day}`), stage: 'copy', code: 'UPSTREAM_FAILED', dead: day === 3 },
      ...{ channel: '', object: `${MISSING}.narinfo`, message: 'answered 503', attempt: 1 },
    })),
    'failures',
  );
  const update = {
    release: 'nixos/unstable-small/nixos-26.11pre1077996.9f8e7d6c5b4a',
    paths: 40_877,
    new_paths: 2_896,
  };
  await insert(
    client,
    'channel_updates',
    month.flatMap((day) => [
      { ...update, ts: at(day), event_id: eventId(`seen ${day}`), channel: UNSTABLE_SMALL, outcome: 'detected' },
      {
        ...{ ...update, ts: at(day, 7), event_id: eventId(`shown ${day}`), channel: UNSTABLE_SMALL },
        ...{ outcome: 'published', unavailable: 1, duration_us: 7_200_000_000 },
      },
    ]),
    'channel updates',
  );
}
