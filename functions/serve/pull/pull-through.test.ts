import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { parseCopyRequested } from '../../../events/copy-requested.ts';
import { memoryBucket } from '../../../shared/bucket/memory.ts';
import { UpstreamFailed } from '../../../shared/errors.ts';
import { memoryLog } from '../../../shared/log.ts';
import type { StorePathHash } from '../../../shared/nix/store-path.ts';
import { memoryQueue } from '../../../shared/queue/memory.ts';
import { askedFor, serveWorld } from '../../../shared/testing/serve-world.ts';
import { pathNamed, storeObject, TEST_KEY, upstreamObjects } from '../../../shared/testing/store-objects.ts';
import type { BinaryCache } from '../../../shared/upstream/binary-cache.ts';
import { memoryBinaryCache } from '../../../shared/upstream/memory.ts';
import { createGate } from '../gate.ts';
import { respond } from '../respond.ts';
import { createCopyRequests } from './copy-requests.ts';
import { pullBreaker } from './pull-breaker.ts';
import { createPullThrough, type PullThroughDeps } from './pull-through.ts';

const UPSTREAM = 'https://cache.example.org';
const hello = storeObject('hello-2.12', { compression: 'zstd' });
const upstreamAddress = `${UPSTREAM}/${hello.narKey}`;

/** serve with an upstream that has `hello`, or is as told. */
function pulling(more: Partial<PullThroughDeps> = {}, objects = upstreamObjects([hello])) {
  const log = memoryLog();
  const copyQueue = memoryQueue();
  const asked: StorePathHash[] = [];
  const cache = more.upstream ?? memoryBinaryCache(objects);
  let time = 1_000;
  const now = () => time;
  const pull = createPullThrough({
    upstreamUrl: UPSTREAM,
    trustedKeys: [TEST_KEY],
    copyRequests: createCopyRequests({
      state: memoryBucket(),
      copyQueue,
      budget: { paths: 10, bytes: 1e9 },
      breaker: pullBreaker({ what: 'copy', now, log }),
      now: () => new Date(),
      log,
    }),
    breaker: pullBreaker({ what: 'upstream', now, log }),
    gate: createGate({ atOnce: 32, waiting: 64, waitMs: 1_000 }),
    now,
    ...more,
    upstream: {
      narInfo(hash, signal) {
        asked.push(hash);
        return cache.narInfo(hash, signal);
      },
    },
  });
  return {
    ...serveWorld({ pull }),
    asked,
    objects,
    log,
    requested: () => copyQueue.sent.map((body) => parseCopyRequested(body).hash),
    pass(ms: number) {
      time += ms;
    },
  };
}

const never: Pick<BinaryCache, 'narInfo'> = {
  narInfo: (_hash, signal) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
};
const answering = (facts: Record<string, unknown>): Pick<BinaryCache, 'narInfo'> => ({
  narInfo: (hash) => Promise.reject(new UpstreamFailed(`GET ${hash}`, { url: `${UPSTREAM}/${hash}`, ...facts })),
});
const soon = { upstreamMs: 20, askMs: 20 };

describe('pull-through', () => {
  it('answers from upstream at once, byte for byte and marked, and asks copy for the path', async () => {
    const { ask, requested } = pulling();
    expect(await ask(`/${hello.hash}.narinfo`)).toMatchObject({
      status: 200,
      body: hello.narInfo,
      headers: {
        'content-type': 'text/x-nix-narinfo',
        'copycat-source': 'upstream',
        'cache-control': 'public, max-age=60',
      },
    });
    expect(requested()).toEqual([hello.hash]);
  });

  it('sends whoever wants its NAR to upstream, and lets nobody remember that', async () => {
    const { ask } = pulling();
    for (const method of ['GET', 'HEAD']) {
      expect(await ask(`/${hello.narKey}`, { method })).toMatchObject({
        status: 302,
        headers: { location: upstreamAddress, 'cache-control': 'no-store', 'copycat-source': 'upstream' },
      });
    }
  });

  it('knows what a NAR is of, and how large, once it has answered its narinfo', async () => {
    const { deps } = pulling();
    const about = async (path: string, range?: string) => (await respond(askedFor(path, { range }), deps)).about;
    expect(await about(`/${hello.narKey}`)).toEqual({ cache: 'upstream', promised: 0 });
    expect(await about(`/${hello.hash}.narinfo`)).toEqual({ cache: 'upstream', given: hello.path });
    const size = hello.narFile.length;
    expect(await about(`/${hello.narKey}`)).toEqual({ cache: 'upstream', given: hello.path, promised: size });
    expect(await about(`/${hello.narKey}`, 'bytes=10-')).toMatchObject({ promised: size - 10 });
  });

  it('answers HEAD of a narinfo without a body', async () => {
    const { ask } = pulling();
    const answer = await ask(`/${hello.hash}.narinfo`, { method: 'HEAD' });
    expect(answer).toMatchObject({ status: 200, headers: { 'content-length': String(hello.narInfo.length) } });
    expect(answer.body).toBeUndefined();
  });

  it('gives what is here from here, without a word to upstream', async () => {
    const { ask, bucket, asked } = pulling();
    await bucket.put(`${hello.hash}.narinfo`, hello.narInfo);
    const answer = await ask(`/${hello.hash}.narinfo`);
    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty('copycat-source');
    expect(asked).toEqual([]);
  });

  it('asks upstream once for many who ask at once, and copy once in all', async () => {
    const { ask, asked, requested, pass } = pulling();
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(`/${hello.hash}.narinfo`)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(asked).toHaveLength(1);
    pass(60_001); // forgotten
    await ask(`/${hello.hash}.narinfo`);
    expect(asked).toHaveLength(2);
    expect(requested()).toEqual([hello.hash]);
  });

  it('remembers for half a minute that upstream lacks a path', async () => {
    const { ask, asked, objects, pass, requested } = pulling({}, new Map());
    for (let i = 0; i < 5; i += 1) expect(await ask(`/${hello.hash}.narinfo`)).toMatchObject({ status: 404 });
    expect(asked).toHaveLength(1);
    expect(requested()).toEqual([]);
    for (const [key, bytes] of upstreamObjects([hello])) objects.set(key, bytes);
    pass(30_001);
    expect(await ask(`/${hello.hash}.narinfo`)).toMatchObject({ status: 200 });
  });

  const other = storeObject('other-1');
  it.each([
    ['of another path', other.narInfo],
    ['that no trusted key signed', hello.narInfo.replace(/Sig: .*\n/, '')],
    ['whose signed size was changed', hello.narInfo.replace(/NarSize: \d+/, 'NarSize: 1')],
    ['that is none', '<html>'],
    ['that is cut', hello.narInfo.slice(0, 100)],
    ['whose NAR is elsewhere', hello.narInfo.replace(/URL: .*/, 'URL: https://evil.example/nar/x.nar.xz')],
    ['whose NAR has a name of its own', hello.narInfo.replace(/URL: .*/, 'URL: nar/hello.nar.xz')],
    ['whose NAR is packed in a way that copy could not check', hello.narInfo.replace('zstd', 'lrzip')],
  ])('passes on no narinfo %s', async (_what, text) => {
    const { ask, requested } = pulling({}, new Map([[`${hello.hash}.narinfo`, Buffer.from(text)]]));
    expect(await ask(`/${hello.hash}.narinfo`)).toMatchObject({ status: 404 });
    expect(requested()).toEqual([]);
  });

  it('waits for nothing that copy can do without, and still answers', async () => {
    const stuck = { ask: () => new Promise<void>(() => undefined) };
    const { ask } = pulling({ copyRequests: stuck, patience: soon });
    expect(await ask(`/${hello.hash}.narinfo`)).toMatchObject({ status: 200, body: hello.narInfo });
  });

  it('gives up an upstream that never answers, and leaves it alone for a while', async () => {
    const { ask, asked, log, pass } = pulling({ upstream: never, patience: soon });
    for (let i = 0; i < 10; i += 1) {
      expect(await ask(`/${pathNamed(`path-${i}`).hash}.narinfo`)).toMatchObject({ status: 404 });
    }
    expect(asked).toHaveLength(3);
    expect(log.lines).toMatchObject([{ event: 'pull.down', what: 'upstream', reason: 'no answer in time' }]);
    pass(10_000);
    await Promise.all([11, 12, 13].map((i) => ask(`/${pathNamed(`path-${i}`).hash}.narinfo`)));
    expect(asked).toHaveLength(4); // one finds out
  });

  it('leaves alone at once what asks for patience, for as long as it asks', async () => {
    const { ask, asked, pass } = pulling({ upstream: answering({ reason: 'answered 429', retryAfterMs: 60_000 }) });
    await ask(`/${hello.hash}.narinfo`);
    pass(59_000);
    await ask(`/${hello.hash}.narinfo`);
    expect(asked).toHaveLength(1);
    pass(1_000);
    await ask(`/${hello.hash}.narinfo`);
    expect(asked).toHaveLength(2);
  });

  it('never logs which path somebody missed', async () => {
    const { ask, log, deps } = pulling({ upstream: answering({ reason: 'answered 503' }) });
    for (let i = 0; i < 4; i += 1) await ask(`/${hello.hash}.narinfo`);
    expect(log.lines).toHaveLength(1);
    expect(JSON.stringify([log.lines, deps.log])).not.toContain(hello.hash);
  });

  it('turns away those who find no place to ask, without blaming upstream', async () => {
    const gate = createGate({ atOnce: 1, waiting: 0, waitMs: 1 });
    const held = Promise.withResolvers<void>();
    const passing = gate.pass(() => held.promise);
    const { ask, log, asked } = pulling({ gate });
    for (let i = 0; i < 5; i += 1) expect(await ask(`/${hello.hash}.narinfo`)).toMatchObject({ status: 404 });
    expect([asked, log.lines]).toEqual([[], []]);
    held.resolve();
    await passing;
    await delay(1);
    expect(await ask(`/${hello.hash}.narinfo`)).toMatchObject({ status: 200 });
  });

  it('forwards nothing but hashes of the right form, and redirects to nothing but NARs', async () => {
    const { ask, asked } = pulling({}, new Map());
    const hostile = fc.oneof(
      fc.string(),
      fc.webPath(),
      fc.string({ unit: fc.constantFrom(...'0123456789abcdefghijklmnopqrstuvwxyz.%/'), minLength: 30, maxLength: 34 }),
      fc.constantFrom('../nar/x', 'e'.repeat(32), `${'0'.repeat(32)}.narinfo?x=1#`, `${'0'.repeat(33)}`),
    );
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        for (const path of [`/${text}.narinfo`, `/nar/${text}`, `/nar/${text}.nar.xz`]) {
          const { status, headers } = await ask(path);
          expect(status).toBeLessThan(500);
          if (headers.location !== undefined)
            expect(headers.location).toMatch(/^https:\/\/cache.example.org\/nar\/\w{52}/);
        }
      }),
    );
    await ask(`/${hello.hash}.narinfo`);
    expect(asked).toContain(hello.hash); // it forwards something
    for (const hash of asked) expect(hash).toMatch(/^[0-9a-df-np-sv-z]{32}$/);
    for (const file of [
      'x.nar',
      `${'0'.repeat(52)}.nar.sh`,
      `${'0'.repeat(52)}.nar.xz.exe`,
      `${'e'.repeat(52)}.nar.xz`,
    ])
      expect(await ask(`/nar/${file}`)).toMatchObject({ status: 404 });
    for (const suffix of ['', '.xz', '.zst', '.bz2'])
      expect(await ask(`/nar/${'0'.repeat(52)}.nar${suffix}`)).toMatchObject({ status: 302 });
  });
});
