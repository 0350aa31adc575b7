/** What the pages about paths are wired to. They look up with places of their own, so that they never take those of Nix. */
import type { Bucket } from '../../../shared/bucket/bucket.ts';
import type { Log } from '../../../shared/log.ts';
import { createGate } from '../gate.ts';
import type { Section } from '../respond.ts';
import { steadyBucket } from '../steady-bucket.ts';
import { createLookUp } from './look-up.ts';
import { createRecords } from './records.ts';
import { createReleases } from './releases.ts';
import { type PathsDeps, pathsSection } from './section.ts';

export interface OpenPathsDeps extends Pick<PathsDeps, 'siteOf' | 'date'> {
  readonly bucket: Pick<Bucket, 'name' | 'head' | 'get' | 'list'>;
  readonly state: Pick<Bucket, 'name' | 'head' | 'get' | 'list'>;
  /** Milliseconds that only ever grow, and are more than none. */
  readonly now: () => number;
  readonly log: Log;
}

/** One question may look at hundreds of references. */
const LOOK_UPS = { atOnce: 16, waiting: 2_048, waitMs: 3_000 };
const LOOK_UP_MS = 3_000;

export function openPaths({ bucket, state, siteOf, date, now, log }: OpenPathsDeps): Section {
  const steady = (one: OpenPathsDeps['bucket']) => ({
    ...steadyBucket(one, { gate: createGate(LOOK_UPS), lookUpMs: LOOK_UP_MS, now, log }),
    list: one.list,
  });
  const buckets = { bucket: steady(bucket), state: steady(state) };
  const releases = createReleases({ ...buckets, now });
  return pathsSection({
    lookUp: createLookUp({ ...buckets, releases, now, date }),
    releases,
    records: createRecords({ state: buckets.state, now }),
    siteOf,
    date,
    log,
  });
}
