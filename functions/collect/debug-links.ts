/** The debug links that belong to a listing, and the NAR that a link names. What can't be read belongs to nobody, and stays. */
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import * as v from 'valibot';
import { type Bucket, bytesOf, getText } from '../../shared/bucket/bucket.ts';
import { debugInfoIn } from '../../shared/nix/debug-info.ts';
import { parseListing } from '../../shared/nix/nar-listing.ts';

const decompress = promisify(brotliDecompress);
const MOST_LISTING_BYTES = 64 * 2 ** 20;

/** Keys, `debuginfo/<build-id>`. */
export async function debugLinksIn(
  listing: string,
  bucket: Pick<Bucket, 'get'>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const stored = await bucket.get(listing, { signal });
  if (!stored) return [];
  const bytes = await bytesOf(stored.body);
  try {
    const text = String(await decompress(bytes, { maxOutputLength: MOST_LISTING_BYTES }));
    return text.includes('.build-id') ? debugInfoIn(parseListing(text), '').map(({ key }) => key) : [];
  } catch {
    return [];
  }
}

const linkSchema = v.object({ archive: v.pipe(v.string(), v.startsWith('../')) });

/** `nar/<file>` */
export async function narOfDebugLink(
  key: string,
  bucket: Pick<Bucket, 'get'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const text = await getText(bucket, key, signal);
  if (text === undefined) return undefined;
  try {
    return v.parse(linkSchema, JSON.parse(text)).archive.slice('../'.length);
  } catch {
    return undefined;
  }
}
