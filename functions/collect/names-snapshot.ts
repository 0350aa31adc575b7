/**
 * What was read of names, so that they are read once and not every day: state `snapshots/names/<number>.ndjson.zst`, parts of some
 * thousand lines each.
 *     ["1b2c…","\"etag\"",1764000000000,"nar/1abc….nar.xz","9xk2…",["1b2c…","8d3e…"]]
 * It is a cache: a line counts when the object still has that etag. A run that is cut while it reads leaves the parts that it
 * wrote, and the next one goes on there.
 */
import * as v from 'valibot';
import { packLines, unpackLines } from '../../events/packed-lines.ts';
import { field, parseJson } from '../../events/record.ts';
import type { Bucket } from '../../shared/bucket/bucket.ts';
import { Malformed } from '../../shared/errors.ts';
import { parseStorePathHash } from '../../shared/nix/store-path.ts';
import type { NameFacts } from './name-graph.ts';

const NAMES = 'snapshots/names/';
const PART = /^snapshots\/names\/(\d{8})\.ndjson\.zst$/;
const partKey = (number: number): string => `${NAMES}${String(number).padStart(8, '0')}.ndjson.zst`;

export const NAMES_IN_PART = 20_000;
/** Longer ones, with thousands of references, are read from their narinfo each time. */
const MOST_LINE = 60_000;

const hash = field(parseStorePathHash);
const lineSchema = v.tuple([hash, v.string(), v.number(), v.string(), v.nullable(hash), v.array(hash)]);

const formatLine = ({ hash, etag, at, narKey, deriver, references }: NameFacts): string =>
  JSON.stringify([hash, etag, at, narKey, deriver ?? null, references]);

function parseLine(line: string): NameFacts {
  const [hash, etag, at, narKey, deriver, references] = parseJson('a line of a snapshot of names', lineSchema, line);
  return { hash, etag, at, narKey, deriver: deriver ?? undefined, references };
}

export interface NamesSnapshot {
  /** Every line of every part, good for something or not. A part that is damaged ends where it is. */
  lines(signal: AbortSignal): AsyncIterable<NameFacts>;
  append(names: Iterable<NameFacts>, signal: AbortSignal): Promise<void>;
  /** Takes away what was there when it was opened. */
  dropOld(signal: AbortSignal): Promise<void>;
}

export async function openNamesSnapshot(
  state: Pick<Bucket, 'list' | 'get' | 'put' | 'delete'>,
  signal: AbortSignal,
): Promise<NamesSnapshot> {
  const old: string[] = [];
  let last = 0;
  for await (const { key } of state.list(NAMES, { signal })) {
    const number = PART.exec(key)?.[1];
    if (number === undefined) continue;
    old.push(key);
    last = Number(number);
  }
  return {
    async *lines(signal) {
      for (const key of old) {
        const part = await state.get(key, { signal });
        if (part) yield* readPart(part.body);
      }
    },
    async append(names, signal) {
      last += 1;
      await state.put(partKey(last), packLines(linesOf(names)), { signal });
    },
    async dropOld(signal) {
      for (const key of old) await state.delete(key, signal);
    },
  };
}

function* linesOf(names: Iterable<NameFacts>): Generator<string> {
  for (const one of names) {
    const line = formatLine(one);
    if (line.length < MOST_LINE) yield line;
  }
}

async function* readPart(body: AsyncIterable<Uint8Array>): AsyncGenerator<NameFacts, undefined> {
  try {
    for await (const line of unpackLines('a snapshot of names', body)) yield parseLine(line);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error; // what is lost is read anew
  }
  return undefined;
}
