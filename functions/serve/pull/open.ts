/** What pull-through is wired to: upstream, the state bucket, the copy queue. */
import type { Bucket } from '../../../shared/bucket/bucket.ts';
import { InvalidConfig } from '../../../shared/errors.ts';
import type { Log } from '../../../shared/log.ts';
import type { PublicKey } from '../../../shared/nix/signature.ts';
import { openSqsClient } from '../../../shared/queue/open.ts';
import { sqsQueue } from '../../../shared/queue/sqs.ts';
import { httpBinaryCache } from '../../../shared/upstream/binary-cache.ts';
import { createHttpClient } from '../../../shared/upstream/http-client.ts';
import { userAgent } from '../../../shared/upstream/user-agent.ts';
import { createGate } from '../gate.ts';
import { createCopyRequests } from './copy-requests.ts';
import type { Pull } from './pull.ts';
import { pullBreaker } from './pull-breaker.ts';
import { createPullThrough } from './pull-through.ts';

/** What is answered for a narinfo that is not here. */
export type OnMiss = '404' | 'pull';

export interface PullConfig {
  readonly ON_MISS: OnMiss;
  readonly PULL_PATHS_PER_DAY: number;
  readonly PULL_BYTES_PER_DAY: number;
  readonly UPSTREAM_URL: string;
  readonly TRUSTED_PUBLIC_KEYS: readonly PublicKey[];
  readonly COPY_QUEUE_URL: string | undefined;
  readonly CONTACT: string;
}

/** One Nix has 25 requests under way; the others wait a moment. */
const CONNECTIONS = 32;
const MOST_WAITING = 512;
const WAIT_MS = 400;
/** Pull-through gives up sooner by itself; these let go what it has given up. */
const TIMEOUTS = { connectMs: 900, headersMs: 900, stallMs: 900 };

/** @throws {InvalidConfig} */
export function openPull(
  config: PullConfig,
  { state, now, log }: { readonly state: Pick<Bucket, 'get' | 'put'>; readonly now: () => number; readonly log: Log },
): Pull | undefined {
  if (config.ON_MISS === '404') return undefined;
  if (config.COPY_QUEUE_URL === undefined) throw new InvalidConfig(['COPY_QUEUE_URL is not set, and pull asks copy']);
  // Without a log of its own: its lines name addresses, and so the paths that somebody misses.
  const http = createHttpClient({
    userAgent: userAgent(config.CONTACT),
    origins: [config.UPSTREAM_URL],
    connections: CONNECTIONS,
    timeouts: TIMEOUTS,
    attempts: 1,
  });
  return createPullThrough({
    upstream: httpBinaryCache(config.UPSTREAM_URL, http),
    upstreamUrl: config.UPSTREAM_URL,
    trustedKeys: config.TRUSTED_PUBLIC_KEYS,
    copyRequests: createCopyRequests({
      state,
      copyQueue: sqsQueue({ client: openSqsClient(), url: config.COPY_QUEUE_URL }),
      budget: { paths: config.PULL_PATHS_PER_DAY, bytes: config.PULL_BYTES_PER_DAY },
      breaker: pullBreaker({ what: 'copy', now, log }),
      now: () => new Date(),
      log,
    }),
    breaker: pullBreaker({ what: 'upstream', now, log }),
    gate: createGate({ atOnce: CONNECTIONS, waiting: MOST_WAITING, waitMs: WAIT_MS }),
    now,
  });
}
