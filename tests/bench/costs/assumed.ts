/**
 * What no counting shows: how large NARs are, how long a service takes to answer, what people ask for. Each is said in docs/deploy.md
 * and can be disputed; the counts can't.
 */
export const ASSUMED = {
  /** Bytes of a NAR file: the mean of 762 real narinfos. */
  narFileBytes: 3_000_000,
  /** How much of what is mirrored is xz, and verifies so much more slowly; the rest is zstd. */
  xzShare: 0.5,
  /** Seconds until S3, or a MinIO nearby, has answered. */
  bucketSeconds: 0.03,
  /** The same of upstream. */
  upstreamSeconds: 0.05,
  /** The same of SQS. */
  queueSeconds: 0.01,
  /** What one instance of copy gets from upstream and gives to the bucket at the same time. */
  instanceBytesPerSecond: 40_000_000,
  /** Messages of one invocation of copy, brought side by side. */
  copyBatch: 10,
  /** What publish reads and writes side by side. */
  publishAtOnce: 32,
  /** Lambda gives one processor for so many MB of memory, and a part of it for less. */
  megabytesOfProcessor: 1_769,
  /** Lambda's own lines for one invocation (START, END, REPORT), and what CloudWatch adds to each line. */
  platformLogBytes: 300,
  logLineBytes: 26,
  /** Of 100 requests. Half of the narinfos that are here are remembered by the instance. */
  mix: { narinfo: 0.3, remembered: 0.3, miss: 0.2, nar: 0.2 },
  /** How many invocations' lines CloudWatch Logs brings load at once, and how long ClickHouse takes for them, in seconds. */
  invocationsPerDelivery: 10,
  loadSeconds: 0.3,
  /** Each month: ticks of a minute, looks of three hours, collect's quarters of an hour. */
  month: { tick: 43_200, poll: 240, collect: 2_880 },
  /** Five long polls of twenty seconds, for each of two queues that Lambda watches. */
  idlePollsOfMonth: 1_296_000,
} as const;

/** `serverless.yml`, in MB; a test compares. */
export const MEMORY = { detect: 1_024, copy: 1_024, publish: 1_024, serve: 512, load: 512, collect: 2_048 } as const;
