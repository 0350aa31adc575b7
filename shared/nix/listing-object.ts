/** A listing as it is stored under `<hash>.ls`: by brotli, which every client of ours can be given plain. */
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { formatListing, type Listing } from './nar-listing.ts';

const compress = promisify(brotliCompress);
const QUALITY = { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } };

export const LISTING_METADATA = { 'content-encoding': 'br' };

export const packListing = (listing: Listing): Promise<Buffer> => compress(formatListing(listing), QUALITY);
