/**
 * What a release still needs: state `releases/<prefix>/fan-out.ndjson.zst`. Detect writes it before it sends the first
 * message; publish settles the release by it.
 *     {"release":"nixos/unstable/nixos-26.11pre…","revision":"…","listed":142,"tracked":131}
 *     {"path":"1b2c…-hello-2.12.1"}
 *     {"path":"9xk2…-glibc-2.40","underWay":true}
 * A tracked path is one that no published release guarantees; one that is under way for another release is tracked too, but
 * not asked for again.
 */
import * as v from 'valibot';
import { Malformed } from '../shared/errors.ts';
import { parseReleasePrefix, type ReleasePrefix } from '../shared/nix/release.ts';
import { formatBaseName, parseStorePathBaseName, type StorePath } from '../shared/nix/store-path.ts';
import { packLines, unpackLines } from './packed-lines.ts';
import { count, field, parseJson } from './record.ts';

export interface FanOutHead {
  readonly release: ReleasePrefix;
  readonly revision: string;
  /** Store paths in upstream's list. */
  readonly listed: number;
  /** Lines that follow. */
  readonly tracked: number;
}

export interface FanOutPath {
  readonly path: StorePath;
  readonly underWay: boolean;
}

export const fanOutKey = (release: ReleasePrefix): string => `releases/${release}/fan-out.ndjson.zst`;

const headSchema = v.object({
  release: field(parseReleasePrefix),
  revision: v.string(),
  listed: count,
  tracked: count,
});
const pathSchema = v.pipe(
  v.object({ path: field(parseStorePathBaseName), underWay: v.exactOptional(v.boolean()) }),
  v.transform(({ path, underWay = false }) => ({ path, underWay })),
);

/** The object's bytes. */
export const formatFanOut = (head: FanOutHead, paths: Iterable<FanOutPath>): AsyncIterable<Uint8Array> =>
  packLines(linesOf(head, paths));

function* linesOf(head: FanOutHead, paths: Iterable<FanOutPath>): Generator<string> {
  yield JSON.stringify(head);
  for (const { path, underWay } of paths)
    yield JSON.stringify(underWay ? { path: formatBaseName(path), underWay } : { path: formatBaseName(path) });
}

export interface FanOut {
  readonly head: FanOutHead;
  readonly paths: readonly FanOutPath[];
}

/** @throws {Malformed} when a line is not as it should be, lines are missing, or it is no zstd. */
export async function readFanOut(body: AsyncIterable<Uint8Array>): Promise<FanOut> {
  let head: FanOutHead | undefined;
  const paths: FanOutPath[] = [];
  for await (const line of unpackLines('a fan-out list', body)) {
    if (head) paths.push(parseJson('a line of a fan-out list', pathSchema, line));
    else head = parseJson('the head of a fan-out list', headSchema, line);
  }
  if (head?.tracked !== paths.length) {
    throw new Malformed('a fan-out list is not whole', {
      field: 'tracked',
      tracked: head?.tracked,
      lines: paths.length,
    });
  }
  return { head, paths };
}
