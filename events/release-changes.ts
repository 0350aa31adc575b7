/**
 * What a release brought here: public `releases/<prefix>/changes.ndjson.zst`. Publish writes it once the release is settled, and
 * again when its manifest has changed.
 *     {"release":"nixos/unstable/nixos-26.11pre2…","revision":"…","against":"nixos/unstable/nixos-26.11pre1…"}
 *     {"added":"1b2c…-hello-2.12.2","narInfo":"1b2c….narinfo","nar":"nar/1094….nar.xz","fileSize":50160,
 *      "fileHash":"sha256:1094…","narHash":"sha256:0lxj…","narSize":226560}
 *     {"removed":"9xk2…-hello-2.12.1","narInfo":"9xk2….narinfo"}
 *     {"end":true,"added":1,"removed":1,"fileBytes":50160,"narBytes":226560}
 * (each on one line). `against` is the release before it of its channel that was settled; without one, all is added.
 *
 * Who has all of `against`, with its closure, and takes what is added, has all of this release that is here, with its closure.
 * Upstream's lists are not closed under references: an added path that is only referred to says `"listed":false`. What is removed
 * is no longer listed; something may still refer to it.
 */
import * as v from 'valibot';
import { Malformed } from '../shared/errors.ts';
import { narInfoKey } from '../shared/nix/cache-object.ts';
import type { NarInfo } from '../shared/nix/narinfo.ts';
import { parseReleasePrefix, type ReleasePrefix } from '../shared/nix/release.ts';
import { parseSha256, type Sha256 } from '../shared/nix/sha256.ts';
import { formatBaseName, parseStorePathBaseName, type StorePath } from '../shared/nix/store-path.ts';
import { unpackLines } from './packed-lines.ts';
import { count, field, parseJson } from './record.ts';
import { releaseKey } from './release-manifest.ts';

export interface ChangesHead {
  readonly release: ReleasePrefix;
  /** The commit of nixpkgs, 40 hex digits; empty when upstream's release names none. */
  readonly revision: string;
  readonly against?: ReleasePrefix;
}

/** Sizes in bytes, as the narinfo has them; FileSize and FileHash are unsigned, and may be absent. */
export interface AddedPath extends Pick<NarInfo, 'fileSize' | 'fileHash' | 'narHash' | 'narSize'> {
  readonly kind: 'added';
  readonly path: StorePath;
  /** Key of its NAR file. */
  readonly nar: string;
  readonly listed: boolean;
}

export interface RemovedPath {
  readonly kind: 'removed';
  readonly path: StorePath;
}

/** In all: `fileBytes` counts a NAR by its NarSize where there is no FileSize. */
export interface ChangesEnd {
  readonly added: number;
  readonly removed: number;
  readonly fileBytes: number;
  readonly narBytes: number;
}

export const CHANGES_FILE = 'changes.ndjson.zst';
export const changesKey = (release: ReleasePrefix): string => releaseKey(release, CHANGES_FILE);

export const formatChangesHead = ({ release, revision, against }: ChangesHead): string =>
  JSON.stringify({ release, revision, ...(against === undefined ? {} : { against }) });

export const formatAdded = ({ path, nar, fileSize, fileHash, narHash, narSize, listed }: AddedPath): string =>
  JSON.stringify({
    added: formatBaseName(path),
    narInfo: narInfoKey(path.hash),
    nar,
    ...(fileSize === undefined ? {} : { fileSize }),
    ...(fileHash === undefined ? {} : { fileHash }),
    narHash,
    narSize,
    ...(listed ? {} : { listed }),
  });

export const formatRemoved = (path: StorePath): string =>
  JSON.stringify({ removed: formatBaseName(path), narInfo: narInfoKey(path.hash) });

export const formatChangesEnd = (end: ChangesEnd): string => JSON.stringify({ end: true, ...end });

const headSchema = v.object({
  release: field(parseReleasePrefix),
  revision: v.string(),
  against: v.exactOptional(field(parseReleasePrefix)),
});
const path = field(parseStorePathBaseName);
const sha256 = (name: string) => field<Sha256>((text) => parseSha256(text, name));
const NAR = v.pipe(v.string(), v.regex(/^nar\/[A-Za-z0-9._+=-]+$/));
const changeSchema = v.union([
  v.pipe(
    v.object({
      added: path,
      nar: NAR,
      fileSize: v.exactOptional(count),
      fileHash: v.exactOptional(sha256('fileHash')),
      narHash: sha256('narHash'),
      narSize: count,
      listed: v.exactOptional(v.boolean()),
    }),
    v.transform(({ added, listed = true, ...rest }): AddedPath => ({ kind: 'added', path: added, listed, ...rest })),
  ),
  v.pipe(
    v.object({ removed: path }),
    v.transform(({ removed }): RemovedPath => ({ kind: 'removed', path: removed })),
  ),
  v.pipe(
    v.object({ end: v.literal(true), added: count, removed: count, fileBytes: count, narBytes: count }),
    v.transform(({ end: _, ...figures }) => ({ kind: 'end' as const, ...figures })),
  ),
]);

export type Change = AddedPath | RemovedPath;

/**
 * The head first, and then the changes as they are read.
 * @throws {Malformed} on a line that is not as it should be, and at the end when the file is not whole.
 */
export async function* readChanges(body: AsyncIterable<Uint8Array>): AsyncGenerator<ChangesHead | Change, undefined> {
  const seen = { lines: 0, added: 0, removed: 0 };
  let end: Pick<ChangesEnd, 'added' | 'removed'> | undefined;
  for await (const line of unpackLines('a list of changes', body)) {
    if (end) throw notWhole('it goes on after its end', seen);
    seen.lines += 1;
    if (seen.lines === 1) {
      yield parseJson('the head of a list of changes', headSchema, line);
      continue;
    }
    const change = parseJson('a line of a list of changes', changeSchema, line);
    if (change.kind === 'end') {
      end = change;
      continue;
    }
    seen[change.kind] += 1;
    yield change;
  }
  if (end?.added !== seen.added || end.removed !== seen.removed) throw notWhole('lines are missing', seen);
  return undefined;
}

const notWhole = (why: string, facts: Readonly<Record<string, number>>): Malformed =>
  new Malformed(`a list of changes is not whole: ${why}`, { field: 'end', ...facts });
