/** What the log stream is told of copying: by the real logic behind the real answer to SQS. */
import { formatCopyRequested, parseCopyRequested } from '../../events/copy-requested.ts';
import { memoryRecordLog } from '../../events/log-record.ts';
import type { Bucket } from '../../shared/bucket/bucket.ts';
import { memoryBucket } from '../../shared/bucket/memory.ts';
import { UpstreamFailed } from '../../shared/errors.ts';
import { memoryLog, silentLog } from '../../shared/log.ts';
import { parseReleasePrefix } from '../../shared/nix/release.ts';
import { consumeBatch } from '../../shared/queue/consume-batch.ts';
import { memoryQueue } from '../../shared/queue/memory.ts';
import { sqsEvent } from '../../shared/testing/sqs-event.ts';
import { storeObject, TEST_KEY, upstreamObjects } from '../../shared/testing/store-objects.ts';
import { memoryBinaryCache } from '../../shared/upstream/memory.ts';
import { type AnswerDeps, answerRequest, writeFailing } from './answer-request.ts';
import { tellFailure } from './tell.ts';

const HOUR = 3_600_000;
const release = parseReleasePrefix('nixos/unstable/nixos-26.11pre1.aaa');
const hello = storeObject('hello-2.12', { compression: 'zstd', contents: 'hello '.repeat(1_000) });
const request = formatCopyRequested({ hash: hello.hash, release });
const [, fileHash = ''] = /FileHash: (.*)/.exec(hello.narInfo) ?? [];
const narSize = Number(/NarSize: (.*)/.exec(hello.narInfo)?.[1]);

const failing: AnswerDeps['upstream'] = {
  ...memoryBinaryCache(new Map()),
  narInfo: () => Promise.reject(new UpstreamFailed('503')),
};

function copying(more: Partial<AnswerDeps> = {}) {
  const objects = upstreamObjects([hello]);
  const clock = { ms: Date.parse('2026-11-23T00:00:00Z') };
  const now = () => new Date(clock.ms);
  const records = memoryRecordLog(now);
  const upstream = memoryBinaryCache(objects);
  const deps: AnswerDeps = {
    upstream: {
      ...upstream,
      nar(...args) {
        clock.ms += 412;
        return upstream.nar(...args);
      },
    },
    bucket: memoryBucket(),
    state: memoryBucket(),
    log: silentLog,
    records,
    trustedKeys: [TEST_KEY],
    copyLogs: false,
    retryAfterMs: HOUR,
    now,
    ...more,
  };
  const consume = (with_: AnswerDeps) =>
    consumeBatch(
      {
        parse: parseCopyRequested,
        work: (message, run) => answerRequest(message, with_, run),
        beforeBury: async (message, error) => message && writeFailing(message.hash, error, with_),
        onFailure: (failure) => tellFailure(failure, records),
      },
      { queue: memoryQueue(), log: with_.log, now, answerMs: 100 },
    );
  const deliver = (body = request, { receives = 1, cut = deps } = {}) =>
    consume(cut)(sqsEvent([body], { receives, firstReceivedAt: new Date(clock.ms - receives * HOUR) }), {
      getRemainingTimeInMillis: () => 10_000,
    });
  /** Without what all records have. */
  const told = () => records.records.map(({ v: _v, id: _id, ts: _ts, ...rest }) => rest);
  return { deps, objects, deliver, told };
}

describe('the log of copy', () => {
  it('has one line for each delivery that says how it ended, whatever that was', async () => {
    const log = memoryLog();
    const { deliver, objects } = copying({ log });
    await deliver();
    await deliver();
    const ends = () => log.lines.filter(({ outcome }) => outcome !== undefined);
    expect(ends()).toMatchObject([
      { level: 'info', event: 'copy.done', outcome: 'copied', duration_ms: 412 },
      { level: 'info', event: 'copy.done', outcome: 'present', duration_ms: 0 },
    ]);
    const gone = copying({ log });
    gone.objects.clear();
    objects.clear();
    await gone.deliver();
    await gone.deliver(request, { receives: 20, cut: { ...gone.deps, upstream: failing } });
    expect(ends().slice(2)).toMatchObject([
      { event: 'copy.unavailable', outcome: 'unavailable', reason: 'missing', duration_ms: 0 },
      { event: 'copy.done', outcome: 'not-due' },
    ]);
    const dying = copying({ log });
    await dying.deliver(request, { receives: 20, cut: { ...dying.deps, upstream: failing } });
    expect(ends().slice(4)).toMatchObject([{ event: 'message.buried', outcome: 'buried' }]);
    expect(log.lines.filter(({ reason }) => reason === 'failing')).toHaveLength(1); // written down before it was buried
  });
});

describe('the records of copy', () => {
  it('tell of a path that was copied: what, on whose account, how large, how long, at which attempt', async () => {
    const { deliver, told } = copying();
    await deliver(request, { receives: 2 });
    expect(told()).toEqual([
      {
        kind: 'copy',
        outcome: 'copied',
        store_hash: hello.hash,
        name: 'hello-2.12',
        release,
        file_hash: fileHash,
        file_size: hello.narFile.length,
        nar_size: narSize,
        duration_us: 412_000,
        attempt: 2,
      },
    ]);
  });

  it('tell of every delivery of a request: the second time it is present', async () => {
    const { deliver, told } = copying();
    await deliver();
    await deliver(formatCopyRequested({ hash: hello.hash }), { receives: 1 });
    expect(told()).toMatchObject([{ outcome: 'copied' }, { outcome: 'present', store_hash: hello.hash, attempt: 1 }]);
    expect(told()[1]).not.toHaveProperty('release');
  });

  it.each([
    ['upstream lacks', (objects: Map<string, Uint8Array>) => objects.delete(`${hello.hash}.narinfo`), undefined],
    ['upstream has wrong', (objects) => objects.set(hello.narKey, Buffer.from('no NAR')), 'hello-2.12'],
    [
      'nobody signed, whose narinfo names nothing',
      (objects) => objects.set(`${hello.hash}.narinfo`, Buffer.from(hello.narInfo.replace(/Sig: .*\n/, ''))),
      undefined,
    ],
  ] satisfies [string, (objects: Map<string, Uint8Array>) => unknown, string | undefined][])(
    'tell of a path that %s, and again when it is asked for before its time',
    async (_what, spoil, name) => {
      const { deliver, told, objects } = copying();
      spoil(objects);
      await deliver();
      await deliver();
      const unavailable = { kind: 'copy', outcome: 'unavailable', store_hash: hello.hash, release };
      expect(told()).toMatchObject([unavailable, unavailable]);
      expect((told()[0] as { name?: string }).name).toBe(name);
    },
  );

  it('tell of each failure while it is tried again, and that it was given up in the end', async () => {
    const narInfo = () => Promise.reject(new UpstreamFailed('https://u:SECRET@cache.example answered 503'));
    const { deliver, told } = copying({ upstream: { ...memoryBinaryCache(new Map()), narInfo } });
    await deliver();
    await deliver(request, { receives: 9 });
    const failure = {
      kind: 'failure',
      stage: 'copy',
      code: 'UPSTREAM_FAILED',
      object: hello.hash,
      message: 'https://cache.example answered 503',
    };
    expect(told()).toEqual([
      { ...failure, attempt: 1, dead: false },
      { ...failure, attempt: 9, dead: true },
      { kind: 'copy', outcome: 'failed', store_hash: hello.hash, release, duration_us: 0, attempt: 9 },
    ]);
  });

  it('tell of a message that nobody can read, and so of no path', async () => {
    const { deliver, told } = copying();
    await deliver('{"type":"copy-requested","hash":"../etc"}');
    expect(told()).toMatchObject([{ kind: 'failure', code: 'MALFORMED', attempt: 1, dead: true }]);
    expect(told()[0]).not.toHaveProperty('object');
  });

  it('call a path copied once at most, wherever the run was cut', async () => {
    for (let writes = 0; writes < 4; writes += 1) {
      const { deps, deliver, told } = copying();
      let left = writes;
      const mortal = (whole: AnswerDeps['state']): AnswerDeps['state'] => ({
        ...whole,
        put: async (...args: Parameters<Bucket['put']>) => {
          left -= 1;
          if (left < 0) throw new Error('killed');
          return whole.put(...args);
        },
      });
      await deliver(request, { cut: { ...deps, bucket: mortal(deps.bucket), state: mortal(deps.state) } });
      await deliver();
      const outcomes = told().map((record) => (record.kind === 'copy' ? record.outcome : record.kind));
      expect(outcomes).toEqual(writes < 3 ? ['failure', 'copied'] : ['copied', 'present']);
    }
  });
});
