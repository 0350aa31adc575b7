/** What is counted, and sums of it. All are numbers of one thing that is done: a store path, a request, a tick. */
export const COUNTED = [
  's3Get',
  's3Head',
  's3Put',
  's3List',
  's3Delete',
  'sqs',
  'upstream',
  /** Bytes into and out of buckets, and from upstream, NARs left out: those are as large as they are. */
  'bytesPut',
  'bytesGot',
  'bytesFromUpstream',
  /** What a function answers, body and all. */
  'bytesAnswered',
  'logLines',
  'logBytes',
  'cpuSeconds',
] as const;

export type Counted = (typeof COUNTED)[number];
export type Counts = Readonly<Record<Counted, number>>;
export type Tally = Record<Counted, number>;

export const noCounts = (): Tally => Object.fromEntries(COUNTED.map((name) => [name, 0])) as Tally;

const each = (of: (name: Counted) => number): Counts =>
  Object.fromEntries(COUNTED.map((name) => [name, of(name)])) as Tally;

/** Of `all` of so many things, what one of them takes. To four digits: figures of a benchmark are no more exact. */
export const perOne = (all: Counts, things: number): Counts => each((name) => rounded(all[name] / things));
/** Without what would have been done anyway, never less than nothing. */
export const without = (all: Counts, other: Counts, times: number): Counts =>
  each((name) => Math.max(0, all[name] - other[name] * times));

const rounded = (number: number): number => Number(number.toPrecision(4));

/** Requests that wait for an answer of a bucket, of a queue, of upstream. */
export const bucketRequests = ({ s3Get, s3Head, s3Put, s3List, s3Delete }: Counts): number =>
  s3Get + s3Head + s3Put + s3List + s3Delete;
