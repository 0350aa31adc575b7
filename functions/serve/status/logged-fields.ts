/** What the record of a request holds, in words for everybody: all of it, or this does not compile. */
import { CACHE_RESULTS, type RequestRecord, ROUTES } from '../../../events/request-record.ts';

type Field = Exclude<keyof RequestRecord, 'v' | 'kind'>;

const listed = (names: readonly string[]): string => names.map((name) => name.replaceAll('_', ' ')).join(', ');

const FIELDS: Readonly<Record<Field, string>> = {
  ts: 'when it was answered',
  id: 'a number made up for the record, so that one that arrives twice counts once',
  route: `which kind of thing was asked for: ${listed(ROUTES)}`,
  method: 'GET, HEAD and the like',
  status: 'the status of the answer, such as 200 or 404',
  partial: 'whether only a part of a NAR was asked for',
  cache: `what became of it: ${listed(CACHE_RESULTS)}`,
  store_hash: 'the hash of the store path, if it is one that was given',
  name: 'its name, such as hello-2.12.1',
  body_bytes: 'how many bytes were sent; of a redirect to the storage, how many it stands for',
  duration_us: 'how long that took',
  backend_us: 'how much of that went by waiting for the storage, or for upstream',
  client: 'the program that asked, from a short list: Nix and its kin, cachix, attic, curl, Go’s, a browser, other',
  client_version: 'the version of Nix or its kin, as far as its numbers go: 2.31.2',
  country: 'two letters, where a CDN in front of this mirror says them; no region, no city, no network',
  service_version: 'the version of this program',
  error: 'a code, when something was wrong here',
};

export const LOGGED_FIELDS: readonly (readonly [Field, string])[] = Object.entries(FIELDS) as [Field, string][];
