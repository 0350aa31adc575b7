/** Readers of the mirror that is played: of everything that serve gives out, and of a path that only upstream has. */
import { pagesSection } from '../../../functions/serve/analytics/pages/section.ts';
import { createTell } from '../../../functions/serve/analytics/tell.ts';
import { openApi } from '../../../functions/serve/api/open.ts';
import { readServeConfig } from '../../../functions/serve/config.ts';
import { createSample } from '../../../functions/serve/diagnose/sample.ts';
import { diagnoseSection } from '../../../functions/serve/diagnose/section.ts';
import { createGate } from '../../../functions/serve/gate.ts';
import { createNarInfos } from '../../../functions/serve/narinfos.ts';
import { openPaths } from '../../../functions/serve/paths/open.ts';
import { createPlaces } from '../../../functions/serve/places.ts';
import { createCopyRequests } from '../../../functions/serve/pull/copy-requests.ts';
import { pullBreaker } from '../../../functions/serve/pull/pull-breaker.ts';
import { createChannelPointers } from '../../../functions/serve/releases/channel-pointers.ts';
import { releasesSection } from '../../../functions/serve/releases/section.ts';
import { siteOf as siteFrom } from '../../../functions/serve/site-of.ts';
import { openStatus, openStatusReader } from '../../../functions/serve/status/open.ts';
import { steadyBucket } from '../../../functions/serve/steady-bucket.ts';
import { silentLog } from '../../../shared/log.ts';
import { releaseNumber, UNSTABLE } from '../../../shared/testing/collect-world.ts';
import { serveWorld } from '../../../shared/testing/serve-world.ts';
import type { Objects } from './objects.ts';
import type { World } from './world.ts';

const CONFIG = {
  BUCKET: 'file:///nowhere/public',
  STATE: 'file:///nowhere/state',
  CHANNELS: UNSTABLE,
  MAX_BUCKET_BYTES: '1TB',
};

export async function askForAll(
  { as, now }: World,
  { stays: [base], missing, slow, drvs, buildId }: Objects,
): Promise<void> {
  const held = as('serve');
  const log = silentLog;
  const time = () => now().getTime();
  const config = readServeConfig(CONFIG);
  const siteOf = siteFrom(config);
  const gate = createGate({ atOnce: 16, waiting: 64, waitMs: 1_000 });
  const steady = (bucket: typeof held.bucket) => steadyBucket(bucket, { gate, lookUpMs: 5_000, now: time, log });
  const [bucket, state] = [steady(held.bucket), steady(held.state)];
  const stored = { bodies: bucket, decoders: createPlaces(4), delivery: { kind: 'stream' as const } };
  const narInfos = createNarInfos({ bucket, maxBytes: 2 ** 20, now: time });
  const pointers = createChannelPointers(bucket, time);
  const channels = [UNSTABLE];
  // A ClickHouse that has no rows: a table of none is kept, and a figure that is none is looked for where it was kept.
  const client = { query: async () => ({ stream: () => [], close: () => undefined }) as never };
  const tell = createTell({
    client,
    state: held.state,
    gate,
    openGate: gate,
    threshold: 10,
    date: now,
    now: time,
    log,
  });
  const standing = openStatusReader(config, held, tell);
  const world = serveWorld({
    read: held.bucket,
    sections: [
      openStatus(config, standing, { siteOf, log }),
      releasesSection({ ...stored, bucket, state, pointers, channels, siteOf, now: time, date: now }),
      diagnoseSection({
        upstream: config.UPSTREAM_URL,
        keys: config.TRUSTED_PUBLIC_KEYS,
        sample: createSample({ bucket, narInfos, pointers, channels, now: time }),
        log,
      }),
      openPaths({ ...held, siteOf, date: now, now: time, log }),
      pagesSection({ tell, siteOf, threshold: 10, date: now }),
      openApi(config, { ...standing, tell, siteOf, date: now }),
    ],
  });
  const release = releaseNumber(0);
  const paths = [
    ...['/', '/api/status', '/healthz', '/nix-cache-info', '/paths', '/api/missing', '/diagnose-cache'],
    ...['/analytics', '/packages', '/packages/hello'],
    ...['/api/traffic', '/api/summary', `/api/badges/channels/${UNSTABLE}`],
    ...['/channels', '/channels.atom', '/flake-registry.json', `/channels/${UNSTABLE}`],
    ...[`/releases/${release}`, `/releases/${release}/git-revision`, `/releases/${release}/manifest.json`],
    ...[base, missing, slow].flatMap((one) => (one ? [`/paths/${one.hash}`, `/api/paths/${one.hash}`] : [])),
    ...[`/${base?.hash}.narinfo`, `/${base?.hash}.ls`, `/${base?.narKey}`, `/log/${drvs[0]}`, `/debuginfo/${buildId}`],
    `/realisations/sha256:${'0'.repeat(64)}!out.doi`,
    `/build-trace-v2/${drvs[0]}/out.doi`,
  ];
  for (const path of paths) await world.ask(path);

  const requests = createCopyRequests({
    ...held,
    budget: { paths: 10, bytes: 1e9 },
    breaker: pullBreaker({ what: 'copy', now: time, log }),
    now,
    log,
  });
  await requests.ask({ hash: slow.hash, bytes: slow.narFile.length });
}
