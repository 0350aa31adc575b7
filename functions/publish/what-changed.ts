/**
 * What a release has here that another has not: the two lists less what their manifests lack, and, of what is new, the references
 * that neither list names. The narinfos of what is new are read for it, a batch at a time, and nothing else is.
 */
import { type AddedPath, type ChangesEnd, formatAdded, formatRemoved } from '../../events/release-changes.ts';
import { type ReleaseManifest, releaseKey } from '../../events/release-manifest.ts';
import { type Bucket, bytesOf } from '../../shared/bucket/bucket.ts';
import { Malformed } from '../../shared/errors.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { narInfoKey } from '../../shared/nix/cache-object.ts';
import { type NarInfo, narKey, parseNarInfo } from '../../shared/nix/narinfo.ts';
import { formatBaseName, parseStorePathBaseName, type StorePath } from '../../shared/nix/store-path.ts';
import { readStorePaths } from '../../shared/nix/store-path-list.ts';

/** `<hash>-<name>` of what a release lists and has: one text each. */
export interface Contents {
  readonly listed: ReadonlySet<string>;
  readonly here: ReadonlySet<string>;
}

type Manifest = Pick<ReleaseManifest, 'release' | 'unavailable'>;

/** @throws {Malformed} when its list is not here or damaged. */
export async function contentsOf(
  { release, unavailable }: Manifest,
  bucket: Pick<Bucket, 'get'>,
  signal: AbortSignal,
): Promise<Contents> {
  const list = await bucket.get(releaseKey(release, 'store-paths.xz'), { signal });
  if (!list) throw new Malformed(`${release} has no store-paths.xz`, { field: 'store-paths.xz', release });
  const missing = new Set<string>(unavailable.map(({ path }) => path.hash));
  const listed = new Set<string>();
  const here = new Set<string>();
  for await (const path of readStorePaths(list.body)) {
    const name = formatBaseName(path);
    listed.add(name);
    if (!missing.has(path.hash)) here.add(name);
  }
  return { listed, here };
}

export interface Comparison {
  /** The next lines, in an order that is always the same; undefined when all have been given. */
  next(signal: AbortSignal): Promise<readonly string[] | undefined>;
  /** Of the lines that were given. */
  readonly total: ChangesEnd;
}

const READS_AT_ONCE = 64;
const BATCH = 1_024;

export function compare(now: Contents, before: Contents, bucket: Pick<Bucket, 'get'>): Comparison {
  const total = { added: 0, removed: 0, fileBytes: 0, narBytes: 0 };
  let left = [...now.here].filter((name) => !before.here.has(name)).sort();
  const removed = [...before.here].filter((name) => !now.here.has(name)).sort();
  const unlisted = new Set<string>();
  let found: string[] = []; // unlisted references, to be read when all that is left has been

  async function readBatch(names: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
    const narInfos = new Map<string, NarInfo>();
    await inParallel(names, READS_AT_ONCE, async (name) => {
      signal.throwIfAborted();
      const narInfo = await readNarInfo(parseStorePathBaseName(name), bucket, signal);
      if (narInfo) narInfos.set(name, narInfo);
    });
    return names.flatMap((name) => {
      const narInfo = narInfos.get(name);
      const nar = narInfo && narKey(narInfo);
      return narInfo && nar !== undefined ? lineOf(narInfo, nar) : []; // gone since the manifest was written
    });
  }

  function lineOf(narInfo: NarInfo, nar: string): string {
    for (const name of narInfo.references.map(formatBaseName)) {
      if (now.listed.has(name) || before.here.has(name) || unlisted.has(name)) continue;
      unlisted.add(name);
      found.push(name);
    }
    const { storePath: path, fileSize, fileHash, narHash, narSize } = narInfo;
    const listed = now.listed.has(formatBaseName(path));
    total.added += 1;
    total.fileBytes += fileSize ?? narSize;
    total.narBytes += narSize;
    const added: AddedPath = {
      kind: 'added',
      path,
      nar,
      narHash,
      narSize,
      listed,
      ...(fileSize === undefined ? {} : { fileSize }),
      ...(fileHash === undefined ? {} : { fileHash }),
    };
    return formatAdded(added);
  }

  return {
    total,
    async next(signal) {
      if (left.length === 0) [left, found] = [found.sort(), []];
      if (left.length > 0) {
        const lines = await readBatch(left.slice(0, BATCH), signal);
        left = left.slice(BATCH);
        return lines;
      }
      const gone = removed.splice(0, BATCH).map((name): StorePath => parseStorePathBaseName(name));
      total.removed += gone.length;
      return gone.length > 0 ? gone.map(formatRemoved) : undefined;
    },
  };
}

/** @throws {Malformed} where it is damaged: it may be good again, and the list would lack it for ever. */
async function readNarInfo(
  path: StorePath,
  bucket: Pick<Bucket, 'get'>,
  signal: AbortSignal,
): Promise<NarInfo | undefined> {
  const stored = await bucket.get(narInfoKey(path.hash), { signal });
  return stored && parseNarInfo(await bytesOf(stored.body));
}
