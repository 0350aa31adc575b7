/**
 * Store paths that a text names, wherever they stand in it: whole (`/nix/store/<hash>-<name>`), by their narinfo (`<hash>.narinfo`), or
 * by their hash alone, as in our own log and messages (`"hash":"<hash>"`). So any log will do, and so will a build's output.
 */
import { parseStorePathHash, type StorePathHash } from '../../shared/nix/store-path.ts';

/** No letter or digit on either side: the hash of a NAR file is longer. */
const HASH = /(?<![0-9A-Za-z])[0-9a-df-np-sv-z]{32}(?![0-9A-Za-z])/g;
/** A line that is longer is looked at in pieces. */
const MOST_LINE = 1 << 20;
/** Of letters and digits that do not end: one more than a hash has, so that none is seen in them. */
const TOO_LONG = 33;

/** Each as often as it is named. */
export async function* pathsInText(body: AsyncIterable<Uint8Array>): AsyncGenerator<StorePathHash, undefined> {
  let rest = '';
  for await (const chunk of body) {
    const text = rest + Buffer.from(chunk).toString('latin1'); // hashes are ASCII, whatever stands around them
    const end = text.lastIndexOf('\n') + 1;
    const upTo = end > 0 || text.length < MOST_LINE ? end : endOfPiece(text);
    yield* hashesIn(text.slice(0, upTo));
    rest = text.slice(upTo);
  }
  yield* hashesIn(rest);
  return undefined;
}

/** Where no hash is cut. */
function endOfPiece(text: string): number {
  const least = text.length - TOO_LONG;
  for (let at = text.length; at > least; at -= 1) if (!/[0-9A-Za-z]/.test(text.charAt(at - 1))) return at;
  return least;
}

function* hashesIn(text: string): Generator<StorePathHash, undefined> {
  for (const [hash] of text.matchAll(HASH)) yield parseStorePathHash(hash);
  return undefined;
}
