/**
 * `<hash>.ls`: what is in a NAR, and where in it, so that a client can fetch one file of many (nix:
 * src/libutil/nar-listing.cc). Names and targets that are not UTF-8 are shown with replacement characters, as JSON must.
 *     {"root":{"entries":{"bin":{"entries":{"hello":{"executable":true,"narOffset":400,"size":56,"type":"regular"}},
 *      "type":"directory"}},"type":"directory"},"version":1}
 */
import * as v from 'valibot';
import { Malformed } from '../errors.ts';
import { type NarEvent, narParser } from './nar-reader.ts';

export type ListingNode =
  | { readonly type: 'regular'; readonly size: number; readonly executable: boolean; readonly narOffset: number }
  | { readonly type: 'symlink'; readonly target: string }
  /** Entries by name, in the order of the NAR. */
  | { readonly type: 'directory'; readonly entries: ReadonlyMap<string, ListingNode> };

export interface Listing {
  readonly version: 1;
  readonly root: ListingNode;
}

/** Reads the whole NAR, keeping nothing of its contents. @throws {Malformed} when it is not a NAR, and whatever the source throws. */
export async function listNar(source: AsyncIterable<Uint8Array>): Promise<Listing> {
  const parser = narParser();
  const listing = listingBuilder();
  for await (const chunk of source) for (const event of parser.push(chunk)) listing.add(event);
  parser.end();
  return { version: 1, root: listing.root() };
}

/** The JSON that upstream writes: no spaces, fields by alphabet, `executable` only when true. */
export const formatListing = ({ version, root }: Listing): string =>
  `{"root":${formatNode(root)},"version":${version}}`;

function formatNode(node: ListingNode): string {
  if (node.type === 'symlink') return JSON.stringify({ target: node.target, type: node.type });
  if (node.type === 'regular') {
    const { executable, narOffset, size, type } = node;
    return JSON.stringify({ ...(executable ? { executable } : {}), narOffset, size, type });
  }
  // Not by way of an object, which would put the names that are numbers first.
  const entries = Array.from(node.entries, ([name, entry]) => `${JSON.stringify(name)}:${formatNode(entry)}`);
  return `{"entries":{${entries.join(',')}},"type":"directory"}`;
}

const nodeSchema: v.GenericSchema<unknown, ListingNode> = v.lazy(() =>
  v.variant('type', [
    v.object({
      type: v.literal('regular'),
      size: v.number(),
      executable: v.optional(v.boolean(), false),
      narOffset: v.number(),
    }),
    v.object({ type: v.literal('symlink'), target: v.string() }),
    v.object({
      type: v.literal('directory'),
      entries: v.pipe(
        v.record(v.string(), nodeSchema),
        v.transform((entries): ReadonlyMap<string, ListingNode> => new Map(Object.entries(entries))),
      ),
    }),
  ]),
);
const listingSchema = v.object({ version: v.literal(1), root: nodeSchema });

/** What `formatListing` writes. @throws {Malformed} */
export function parseListing(text: string): Listing {
  try {
    return v.parse(listingSchema, JSON.parse(text));
  } catch (cause) {
    throw new Malformed('not a listing of a NAR', { field: 'listing' }, cause);
  }
}

function listingBuilder(): { add(event: NarEvent): void; root(): ListingNode } {
  const top = new Map<string, ListingNode>();
  const open = [{ entries: top, name: '' }];
  const place = (node: ListingNode): void => {
    const directory = open.at(-1);
    directory?.entries.set(directory.name, node);
  };
  return {
    add(event) {
      const directory = open.at(-1);
      if (event.kind === 'entry' && directory) directory.name = event.name.toString('utf8');
      else if (event.kind === 'directory-end') open.pop();
      else if (event.kind === 'symlink') place({ type: 'symlink', target: event.target.toString('utf8') });
      else if (event.kind === 'regular') {
        const { executable, size, narOffset } = event;
        place({ type: 'regular', size, executable, narOffset });
      } else if (event.kind === 'directory') {
        const entries = new Map<string, ListingNode>();
        place({ type: 'directory', entries });
        open.push({ entries, name: '' });
      }
    },
    root() {
      const root = top.get('');
      if (!root) throw new Error('a NAR that was read to its end has a root');
      return root;
    },
  };
}
