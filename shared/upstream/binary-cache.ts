/**
 * The binary cache that we read, as a port, and its HTTP adapter (Nix manual: "Binary Cache Protocol").
 *
 * What is wrong with an object is told from what is wrong with the way to it: `Unavailable` is upstream's word about one
 * store path and settles it; `UpstreamFailed` settles nothing and is tried again.
 */
import { Malformed, NotOurUpstream, Unavailable, UpstreamFailed } from '../errors.ts';
import { logKey } from '../nix/cache-object.ts';
import { MOST_NARINFO_BYTES } from '../nix/narinfo.ts';
import type { StorePath, StorePathHash } from '../nix/store-path.ts';
import { addressBelow, whereIs } from './addresses.ts';
import type { HttpAnswer, HttpClient } from './http-client.ts';
import { type ResumeDeps, resumedBody } from './resumed-body.ts';
import { readSmallBody } from './small-body.ts';

export interface NarFile {
  /** As stored, still compressed. A body that ends early, and can't be resumed, throws {UpstreamFailed}. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Bytes, when upstream says. */
  readonly contentLength?: number;
}

export interface BinaryCache {
  /**
   * The bytes of `<hash>.narinfo`, which may turn out to be anything.
   * @throws {Unavailable} `missing`; `corrupt` when it can't be decoded or is absurdly long; `unsupported` when it lies elsewhere.
   * @throws {UpstreamFailed}
   */
  narInfo(hash: StorePathHash, signal: AbortSignal): Promise<Buffer>;
  /**
   * A NAR file.
   * @param key its name below the cache, such as `nar/1b2c….nar.xz`
   * @throws {Unavailable} `missing`, or `unsupported` when it lies elsewhere.
   * @throws {Malformed} for a key that is no plain name below the cache.
   * @throws {UpstreamFailed}
   */
  nar(key: string, signal: AbortSignal): Promise<NarFile>;
  /**
   * The build log of a derivation, as stored: mostly compressed.
   * @throws {Unavailable} `missing`
   * @throws {UpstreamFailed}
   */
  log(deriver: StorePath, signal: AbortSignal): Promise<LogFile>;
}

export interface LogFile extends NarFile {
  /** `br`, `zstd` …; absent for plain text. */
  readonly contentEncoding?: string;
}

/**
 * "Not here": S3 says 403 for what it does not have unless the asker may list the bucket. Not so 401, which Nix took for
 * a miss until 2.34: it is about who asks, so it would be every path's answer, and a release of misses would settle.
 */
const MISSES: ReadonlySet<number> = new Set([403, 404, 410]);

/** A 4xx is upstream's word about the one object, unless it is about who asks or when. */
const isOfThisObject = (status: number): boolean => status >= 400 && status < 500 && !OF_THE_ASKER.has(status);
const OF_THE_ASKER: ReadonlySet<number> = new Set([401, 407, 408, 421, 425, 429]);

/** @param upstreamUrl the cache's address; its origin is one of the client's. */
export function httpBinaryCache(
  upstreamUrl: string,
  client: Pick<HttpClient, 'request'>,
  waits: Pick<ResumeDeps, 'sleep' | 'random'> = {},
): BinaryCache {
  async function get(key: string, signal: AbortSignal): Promise<HttpAnswer> {
    const answer = await client.request({ url: addressBelow(upstreamUrl, key), signal }).catch((error: unknown) => {
      if (!(error instanceof NotOurUpstream)) throw error;
      throw new Unavailable('unsupported', `upstream's ${key} lies elsewhere`, error.facts, error);
    });
    if (answer.status === 200) return answer;
    const [url, { status }] = [whereIs(new URL(answer.url)), answer];
    if (MISSES.has(status)) throw new Unavailable('missing', `upstream has no ${key}`, { url, status });
    const reason = `answered ${status}`;
    if (isOfThisObject(status)) throw new Unavailable('unsupported', `GET ${url}: ${reason}`, { url, status });
    throw new UpstreamFailed(`GET ${url}: ${reason}`, { url, status, reason });
  }

  return {
    async narInfo(hash, signal) {
      const key = `${hash}.narinfo`;
      const answer = await get(key, signal);
      try {
        return await readSmallBody(answer, MOST_NARINFO_BYTES);
      } catch (error) {
        if (!(error instanceof Malformed)) throw error;
        throw new Unavailable(
          'corrupt',
          `upstream's ${key} can't be read`,
          { url: whereIs(new URL(answer.url)) },
          error,
        );
      }
    },
    async nar(key, signal) {
      const answer = await get(key, signal);
      const url = addressBelow(upstreamUrl, key);
      return fileOf({ ...answer, body: resumedBody({ url, answer, signal }, { ...waits, client }) });
    },
    async log(deriver, signal) {
      const answer = await get(logKey(deriver), signal);
      const contentEncoding = answer.headers['content-encoding'];
      return { ...fileOf(answer), ...(contentEncoding ? { contentEncoding } : {}) };
    },
  };
}

const fileOf = ({ body, contentLength }: HttpAnswer): NarFile =>
  contentLength === undefined ? { body } : { body, contentLength };
