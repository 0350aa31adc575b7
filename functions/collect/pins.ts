/** Sets and takes away pins, by compare-and-swap: two people may do so at once. */
import { formatPins, nameOfPin, PINS_KEY, type Pin, parsePins } from '../../events/pins.ts';
import { readable } from '../../events/record.ts';
import { manifestKey, parseReleaseManifest, releaseKey } from '../../events/release-manifest.ts';
import { type Bucket, bytesOf, getText, unchangedSince } from '../../shared/bucket/bucket.ts';
import { CollectRefused, Malformed } from '../../shared/errors.ts';
import { parseReleasePrefix } from '../../shared/nix/release.ts';
import { parseStorePath, parseStorePathBaseName, STORE_DIR, type StorePathHash } from '../../shared/nix/store-path.ts';
import { readName } from './read-names.ts';

type State = Pick<Bucket, 'get' | 'put'>;

/** `/nix/store/<hash>-<name>`, `<hash>-<name>`, or a release's prefix. @throws {Malformed} */
export function parsePinned(text: string): Pin['what'] {
  if (text.startsWith(`${STORE_DIR}/`)) return { path: parseStorePath(text) };
  const path = readable(parseStorePathBaseName, text);
  if (path) return { path };
  const release = readable(parseReleasePrefix, text);
  if (release) return { release };
  throw new Malformed(`neither a store path nor a release: ${JSON.stringify(text.slice(0, 200))}`, { field: 'pin' });
}

/** @throws {CollectRefused} when the record can't be read: it is not written anew, for it may hold what somebody needs. */
export async function readPins(
  state: Pick<Bucket, 'get'>,
  signal: AbortSignal,
): Promise<{ readonly pins: readonly Pin[]; readonly etag: string | undefined }> {
  const stored = await state.get(PINS_KEY, { signal });
  if (!stored) return { pins: [], etag: undefined };
  const pins = readable(parsePins, (await bytesOf(stored.body)).toString('utf8'));
  if (!pins) throw new CollectRefused(`${PINS_KEY} can't be read`, { key: PINS_KEY });
  return { pins, etag: stored.etag };
}

/** In place of one of the same; without a note an earlier one stays as it is. @throws {Conflict} when somebody else has just changed them. */
export async function addPin(pin: Pin, state: State, signal: AbortSignal): Promise<void> {
  const { pins, etag } = await readPins(state, signal);
  if (pin.note === undefined && pins.some((one) => nameOfPin(one) === nameOfPin(pin))) return;
  const others = pins.filter((one) => nameOfPin(one) !== nameOfPin(pin));
  await state.put(PINS_KEY, formatPins([...others, pin]), { only: unchangedSince(etag), signal });
}

/** @returns whether it was there. @throws {Conflict} when somebody else has just changed them. */
export async function removePin(what: Pin['what'], state: State, signal: AbortSignal): Promise<boolean> {
  const { pins, etag } = await readPins(state, signal);
  const left = pins.filter((one) => nameOfPin(one) !== nameOfPin({ what }));
  if (left.length === pins.length) return false;
  await state.put(PINS_KEY, formatPins(left), { only: unchangedSince(etag), signal });
  return true;
}

const MOST_LOOKED_AT = 20_000;

/**
 * What of it is not here, in words; undefined when it is all here. A pin keeps what is here, and brings nothing.
 * @throws what a bucket throws
 */
export async function lackOf(
  what: Pin['what'],
  bucket: Pick<Bucket, 'get' | 'head'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  if ('release' in what) {
    const { release } = what;
    if (!(await bucket.head(releaseKey(release, 'store-paths.xz'), signal)))
      return 'no such release is here, and collect refuses until it is, or is unpinned';
    const manifest = readable(parseReleaseManifest, await getText(bucket, manifestKey(release), signal));
    return manifest?.retiredAt && `it is retired since ${manifest.retiredAt}: what is left of it is kept`;
  }
  const found = new Set<StorePathHash>([what.path.hash]);
  let missing = 0;
  for (const hash of found) {
    const facts = await readName(hash, bucket, signal); // the set grows meanwhile
    if (facts === undefined || facts === 'unreadable') missing += 1;
    else if (found.size < MOST_LOOKED_AT) for (const reference of facts.references) found.add(reference);
  }
  return missing === 0 ? undefined : `${missing} of ${found.size} store paths of its closure are not here`;
}
