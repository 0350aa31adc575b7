/**
 * What collect found that nobody needs, and since when: state `condemned/keys.ndjson.zst`. It is deleted once it has been so for
 * long enough; what somebody needs again is not in the next one.
 *     {"at":"2026-11-25T03:00:00.000Z","keys":3}
 *     {"since":"2026-11-18T03:00:00.000Z","keys":["1b2c….narinfo","nar/1abc….nar.xz"]}
 *     {"since":"2026-11-25T03:00:00.000Z","keys":["releases/nixos/unstable/nixos-26.11pre…"]}
 * Keys are those of objects: names, listings, NARs and logs of the public bucket, `staged/`, `unavailable/` and `overtime/` of the
 * state bucket; `releases/<prefix>` and `channels/<channel>` stand for a release and a channel as a whole.
 */
import * as v from 'valibot';
import { Malformed } from '../shared/errors.ts';
import { packLines, unpackLines } from './packed-lines.ts';
import { count, parseJson, time } from './record.ts';

export interface Condemned {
  readonly at: string;
  /** Key → since when, in milliseconds since 1970. */
  readonly since: ReadonlyMap<string, number>;
}

export const CONDEMNED_KEY = 'condemned/keys.ndjson.zst';

const headSchema = v.object({ at: time, keys: count });
const groupSchema = v.object({ since: time, keys: v.array(v.string()) });

/** A line has a limit. */
const MOST_LINE = 48_000;

/** The object's bytes. */
export const formatCondemned = (condemned: Condemned): AsyncIterable<Uint8Array> => packLines(linesOf(condemned));

function* linesOf({ at, since }: Condemned): Generator<string> {
  yield JSON.stringify({ at, keys: since.size });
  const groups = Map.groupBy(since.keys(), (key) => since.get(key) ?? 0);
  for (const [time, keys] of groups) {
    let some: string[] = [];
    let length = 0;
    for (const key of keys) {
      some.push(key);
      length += key.length + 3;
      if (length < MOST_LINE) continue;
      yield groupLine(time, some);
      some = [];
      length = 0;
    }
    if (some.length > 0) yield groupLine(time, some);
  }
}

const groupLine = (time: number, keys: readonly string[]): string =>
  JSON.stringify({ since: new Date(time).toISOString(), keys });

/** @throws {Malformed} when a line is not as it should be, lines are missing, or it is no zstd. */
export async function readCondemned(body: AsyncIterable<Uint8Array>): Promise<Condemned> {
  let head: v.InferOutput<typeof headSchema> | undefined;
  const since = new Map<string, number>();
  for await (const line of unpackLines('a record of what is condemned', body)) {
    if (!head) {
      head = parseJson('the head of a record of what is condemned', headSchema, line);
      continue;
    }
    const group = parseJson('a line of a record of what is condemned', groupSchema, line);
    for (const key of group.keys) since.set(key, Date.parse(group.since));
  }
  if (head?.keys !== since.size) {
    const facts = { field: 'keys', keys: head?.keys, lines: since.size };
    throw new Malformed('a record of what is condemned is not whole', facts);
  }
  return { at: head.at, since };
}
