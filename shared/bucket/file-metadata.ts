/**
 * `.meta/<key>.json`: the metadata of an object in a file bucket, only for keys that have or had some.
 *     {"size":1234,"modified":"1764000000123456000","metadata":{"nar-hash":"sha256:…"},"before":{…}}
 *
 * It comes into place just before its object does, so for a moment (for good, when the process dies there) it describes
 * an object that is not there yet. That is why it says which object it means, and still describes the one before.
 */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { BucketFailed } from '../errors.ts';
import type { Metadata } from './bucket.ts';
import { ifNotThere, type Status } from './file-status.ts';

const described = v.object({
  size: v.number(),
  modified: v.pipe(v.string(), v.regex(/^-?\d{1,25}$/)),
  metadata: v.record(v.string(), v.string()),
});
const sheet = v.object({ ...described.entries, before: v.optional(described) });

type Described = v.InferOutput<typeof described>;
/** What a metadata file says. */
export type Sheet = v.InferOutput<typeof sheet>;

export const readSheet = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(ifNoSheet);

/** The same at once, for what happens under the lock. */
export function readSheetNow(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return ifNoSheet(error);
  }
}

/** `a.json` is a directory when there is metadata of `a.json/b`: then there is none of `a`. */
function ifNoSheet(error: unknown): undefined {
  return (error as NodeJS.ErrnoException).code === 'EISDIR' ? undefined : ifNotThere(error);
}

/** @throws {BucketFailed} what is there is not ours. */
export function parseSheet(text: string): Sheet {
  try {
    return v.parse(sheet, JSON.parse(text));
  } catch (cause) {
    throw new BucketFailed('the metadata file is damaged', { code: 'EBADMSG' }, cause);
  }
}

/** The text of the metadata file for an object that is about to replace another, or nothing. */
export function formatSheet(
  status: Status,
  metadata: Metadata,
  before?: { readonly status: Status; readonly metadata: Metadata },
): string {
  return JSON.stringify({
    ...describe(status, metadata),
    ...(before && { before: describe(before.status, before.metadata) }),
  } satisfies Sheet);
}

/** The metadata of the very object that was seen, when the sheet speaks of it. */
export function metadataOfVery(status: Status, { before, ...latest }: Sheet): Metadata | undefined {
  return [latest, before].find((one) => one?.size === status.size && BigInt(one.modified) === status.modified)
    ?.metadata;
}

/**
 * The metadata of an object that is surely in place. Where the sheet names no such object, the bucket was copied by a tool
 * that keeps no times: the latest holds, unless the size differs, for then somebody else put another file there.
 */
export const metadataOf = (status: Status, sheet: Sheet): Metadata =>
  metadataOfVery(status, sheet) ?? (sheet.size === status.size ? sheet.metadata : {});

const describe = ({ size, modified }: Status, metadata: Metadata): Described => ({
  size,
  modified: String(modified),
  metadata: { ...metadata },
});
