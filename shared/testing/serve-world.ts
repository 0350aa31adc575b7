/** serve on a bucket in memory, for tests of what it answers. */
import { type LogRecord, memoryRecordLog } from '../../events/log-record.ts';
import type { Answer } from '../../functions/serve/answer.ts';
import type { Asked } from '../../functions/serve/asked.ts';
import { createGate } from '../../functions/serve/gate.ts';
import { createNarInfos } from '../../functions/serve/narinfos.ts';
import { createPlaces } from '../../functions/serve/places.ts';
import { respond, type ServeDeps } from '../../functions/serve/respond.ts';
import { smallText } from '../../functions/serve/small.ts';
import { type ReadBucket, steadyBucket } from '../../functions/serve/steady-bucket.ts';
import { type Bucket, bytesOf } from '../bucket/bucket.ts';
import { memoryBucket } from '../bucket/memory.ts';
import { type Log, type LogLine, memoryLog } from '../log.ts';

export const MIRROR_URL = 'https://mirror.example.org';
export const CACHE_INFO = 'StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 41\n';

export interface ServeWorld {
  readonly bucket: Bucket;
  readonly deps: ServeDeps;
  readonly log: Log & { readonly lines: readonly LogLine[] };
  /** What the adapters have written down. */
  readonly records: readonly LogRecord[];
  /** Lets time pass for what is remembered, in milliseconds. */
  pass(ms: number): void;
  ask(path: string, more?: Partial<Asked>): Promise<ReadAnswer>;
}

/** An answer as a client has it in the end. */
export interface ReadAnswer extends Omit<Answer, 'body'> {
  /** Bytes as latin1; absent when there is no body. */
  readonly body: string | undefined;
}

/** @param read what serve reads instead of the bucket. */
export function serveWorld(
  more: Partial<Omit<ServeDeps, 'bucket' | 'log'>> & { readonly read?: ReadBucket } = {},
): ServeWorld {
  const { read, ...others } = more;
  const bucket = memoryBucket();
  const log = memoryLog();
  const records = memoryRecordLog();
  let time = 1_000;
  const now = () => time;
  const gate = createGate({ atOnce: 16, waiting: 64, waitMs: 1_000 });
  const steady = steadyBucket(read ?? bucket, { gate, lookUpMs: 200, now, log });
  const deps: ServeDeps = {
    bucket: steady,
    bodies: steady,
    decoders: createPlaces(4),
    delivery: { kind: 'stream' },
    cacheInfo: smallText(CACHE_INFO, { 'content-type': 'text/x-nix-cache-info' }, new Date(0)),
    narInfos: createNarInfos({ bucket: steady, maxBytes: 2 ** 20, now }),
    sections: [],
    records,
    ...others,
    log,
  };
  return {
    bucket,
    deps,
    log,
    records: records.records,
    pass(ms) {
      time += ms;
    },
    ask: async (path, asked = {}) => readAnswer(await respond(askedFor(path, asked), deps)),
  };
}

export const askedFor = (path: string, more: Partial<Asked> = {}): Asked => ({
  method: 'GET',
  path,
  mirrorUrl: MIRROR_URL,
  asker: { client: 'other' },
  ...more,
});

export async function readAnswer({ body, ...answer }: Answer): Promise<ReadAnswer> {
  if (body === undefined || typeof body === 'string') return { ...answer, body };
  const bytes = body instanceof Uint8Array ? body : await bytesOf(body.stream);
  return { ...answer, body: Buffer.from(bytes).toString('latin1') };
}
