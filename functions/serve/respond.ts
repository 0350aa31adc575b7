/**
 * serve: answers one request. It speaks neither Lambda nor node:http: two thin adapters put the answer on a wire.
 *
 * It never throws. A narinfo that can't be looked up is a 404: Nix up to 2.31 gives up the user's whole command on a 5xx,
 * while a 404 only sends it to the next substituter.
 */
import type { RecordLog } from '../../events/log-record.ts';
import { BucketFailed, Overloaded } from '../../shared/errors.ts';
import type { Metrics } from '../../shared/metrics.ts';
import { type CacheObject, cacheObject } from '../../shared/nix/cache-object.ts';
import {
  type Answer,
  becauseOf,
  CACHE,
  failed,
  notFound,
  notFoundNow,
  notNow,
  text,
  withHeaders,
  withoutBody,
} from './answer.ts';
import { answerObject, type ObjectDeps } from './answer-object.ts';
import type { Asked } from './asked.ts';
import { routeOf } from './route-of.ts';
import { troubleOf } from './trouble.ts';

/** Answers the paths that it knows, besides those of the binary cache; undefined for all others. */
export type Section = (asked: Asked) => Promise<Answer | undefined>;

export interface ServeDeps extends ObjectDeps {
  /** Asked in turn. */
  readonly sections: readonly Section[];
  /** Whether sections answer by the host that was asked (there is no `PUBLIC_URL`): shared caches are told so. */
  readonly byHost?: boolean | undefined;
  /** Where the adapters write down what was answered. */
  readonly records: RecordLog;
  readonly metrics?: Metrics;
}

export async function respond(asked: Asked, deps: ServeDeps): Promise<Answer> {
  const { method } = asked;
  if (method !== 'GET' && method !== 'HEAD') return method === 'OPTIONS' ? preflight : methodNotAllowed;
  const object = cacheObject(asked.path);
  const answer = await answerRead(asked, object, deps).catch((error: unknown) => troubled(error, asked, object, deps));
  return method === 'HEAD' ? withoutBody(answer) : answer;
}

async function answerRead(asked: Asked, object: CacheObject | undefined, deps: ServeDeps): Promise<Answer> {
  if (object) return answerObject(asked, object, deps);
  for (const section of deps.sections) {
    const answer = await section(asked);
    if (answer) return deps.byHost ? variedByHost(answer) : answer;
  }
  return notFound;
}

const HOST = 'Host, X-Forwarded-Host, X-Forwarded-Proto';
const variedByHost = (answer: Answer): Answer =>
  withHeaders(answer, { vary: answer.headers.vary ? `${answer.headers.vary}, ${HOST}` : HOST });

function troubled(error: unknown, { path }: Asked, object: CacheObject | undefined, { log }: ServeDeps): Answer {
  const known = error instanceof BucketFailed || error instanceof Overloaded;
  const trouble = troubleOf(error);
  // What is known is said once, by who knows the bucket: `bucket.down`, `bucket.overloaded`.
  log[known ? 'debug' : 'error']('answer.failed', { route: routeOf(path), error: trouble });
  return becauseOf(trouble, answerFor(error, object));
}

function answerFor(error: unknown, object: CacheObject | undefined): Answer {
  if (object?.kind === 'narinfo') return notFoundNow;
  if (error instanceof Overloaded) return notNow('too much is asked for at once; please try again');
  return error instanceof BucketFailed ? notNow('the storage does not answer') : failed;
}

const ALLOW = 'GET, HEAD, OPTIONS';
const methodNotAllowed = text(405, 'method not allowed', { allow: ALLOW, 'cache-control': CACHE.never });

/** What a browser asks before a request with headers of its own: all may read. */
const preflight: Answer = {
  status: 204,
  headers: {
    allow: ALLOW,
    'access-control-allow-methods': 'GET, HEAD',
    'access-control-allow-headers': '*',
    'access-control-max-age': '3600',
  },
};
