import fc from 'fast-check';
import { memoryRecordLog } from '../../events/log-record.ts';
import { memoryMetrics } from '../../shared/metrics.ts';
import { askedFor } from '../../shared/testing/serve-world.ts';
import { pathNamed } from '../../shared/testing/store-objects.ts';
import { type Answer, becauseOf, notFound, notNow, text, withAbout } from './answer.ts';
import { createRequestLog } from './request-log.ts';

const { hash, name } = pathNamed('hello-2.12');
const given = { hash, name };
const nar = { path: '/nar/x.nar.xz' };

function logging() {
  const log = memoryRecordLog();
  let time = 100;
  const metrics = memoryMetrics('serve');
  const requests = createRequestLog({ records: log, metrics }, () => time);
  return {
    records: log.records,
    metrics: metrics.said,
    pass: (ms: number) => {
      time += ms;
    },
    begin: (path = '/', more: Parameters<typeof askedFor>[1] = {}) => requests.begin(askedFor(path, more), time),
    of(answer: Answer, { path = '/', ...more }: Parameters<typeof askedFor>[1] = {}) {
      const exchange = requests.begin(askedFor(path, more), time);
      exchange.answered(answer);
      exchange.ended(true);
      return log.records.at(-1);
    },
  };
}

describe('the metrics of serve', () => {
  it('are a line for each answer that is a failure of ours, and nothing for any other', () => {
    const { of, metrics } = logging();
    for (const answer of [text(200, 'x'), notFound, text(400, 'x')]) of(answer);
    expect(metrics).toEqual([]);
    of(notNow('the bucket is down'), nar);
    expect(metrics).toMatchObject([{ Function: 'serve', ServerErrors: 1 }]);
    expect(JSON.stringify(metrics)).not.toContain('nar');
  });
});

describe('the record of a request', () => {
  it('is written once, whether the answer comes first or the end of the connection', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(['answered', 'ended', 'answered', 'ended'] as const), (steps) => {
        const { begin, records } = logging();
        const exchange = begin();
        for (const step of steps) step === 'answered' ? exchange.answered(text(200, 'x')) : exchange.ended(true);
        expect(records).toHaveLength(steps.includes('answered') && steps.includes('ended') ? 1 : 0);
      }),
    );
  });

  it('says how long it took from the arrival to the end, and how much of that was waited for', async () => {
    const { begin, records, pass } = logging();
    const exchange = begin();
    pass(1);
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = exchange.waits.during(promise);
    pass(2);
    resolve();
    await waiting;
    exchange.answered(text(200, 'x'));
    pass(4);
    exchange.ended(true);
    expect(records).toMatchObject([{ duration_us: 7_000, backend_us: 2_000 }]);
  });

  it('never says more of a wait than of the whole', () => {
    const { begin, records, pass } = logging();
    const exchange = begin();
    exchange.waits.during(new Promise(() => undefined));
    pass(1);
    exchange.ended(false);
    pass(9);
    exchange.answered(text(200, 'x'));
    expect(records).toMatchObject([{ duration_us: 1_000, backend_us: 1_000 }]);
  });

  it('counts what has gone out: all of what goes as one, or nothing; of a stream as much as did', async () => {
    const { begin, records } = logging();
    for (const whole of [true, false]) {
      const exchange = begin();
      exchange.answered(text(200, 'äh'));
      exchange.ended(whole);
    }
    const streaming = begin();
    streaming.answered({ status: 200, headers: {}, body: { stream: (async function* () {})() } });
    streaming.wrote(5);
    streaming.wrote(6);
    streaming.ended(false);
    expect(records).toMatchObject([{ body_bytes: 3 }, { body_bytes: 0 }, { body_bytes: 11 }]);
  });

  it('counts for a redirect what it stands for, when it is given to who would follow it', () => {
    const { of } = logging();
    const redirected = withAbout({ status: 302, headers: {} }, { cache: 'redirect', given, promised: 500 });
    expect(of(redirected, nar)).toMatchObject({ cache: 'redirect', body_bytes: 500, store_hash: hash, name });
    expect(of(redirected, { ...nar, method: 'HEAD' })).toMatchObject({ cache: 'redirect', body_bytes: 0 });
  });

  it.each([404, 405, 416, 500, 503])('names no store path beside a %i', (status) => {
    const { of } = logging();
    const record = of(withAbout(text(status, 'x'), { cache: 'hit', given, promised: 7 }), nar);
    expect(record).not.toHaveProperty('store_hash');
    expect(record).not.toHaveProperty('name');
    expect(record).toMatchObject({ status, body_bytes: 1 });
  });

  it.each([
    [text(200, 'x'), 'local'],
    [withAbout(text(200, 'x'), { cache: 'hit' }), 'hit'],
    [withAbout(text(206, 'x'), { cache: 'upstream' }), 'upstream'],
    [withAbout({ status: 304, headers: {} }, { cache: 'hit' }), 'not_modified'],
    [notFound, 'miss'],
    [withAbout(notFound, { cache: 'error' }), 'error'],
    [text(400, 'x'), 'local'],
    [withAbout(text(416, 'x'), { cache: 'hit' }), 'local'],
    [notNow('x'), 'error'],
    [withAbout(notNow('x'), { cache: 'hit' }), 'error'],
  ])('says of %j that it was %s', (answer, cache) => {
    expect(logging().of(answer)).toMatchObject({ cache });
  });

  it('takes for a part what asks for a range of a NAR, whatever comes of it, and nothing else', () => {
    const { of } = logging();
    const range = 'nonsense';
    expect(of(notFound, { ...nar, range })).toMatchObject({ partial: true });
    for (const asked of [nar, { path: `/${hash}.narinfo`, range }])
      expect(of(notFound, asked)).not.toHaveProperty('partial');
  });

  it('knows a method by a closed list', () => {
    const { of } = logging();
    expect(of(text(405, 'x'), { method: 'PROPFIND-secret' })).toMatchObject({ method: 'other' });
    expect(of(text(405, 'x'), { method: 'DELETE' })).toMatchObject({ method: 'DELETE' });
  });
});

describe('the record of a failure', () => {
  const down = { code: 'BUCKET_FAILED', message: 's3://b did not head: ECONNREFUSED' };

  it('goes with a 5xx, once in ten seconds for each code', () => {
    const { of, records, pass } = logging();
    const kinds = () => records.map((record) => (record.kind === 'failure' ? record.code : record.kind));
    for (let i = 0; i < 3; i += 1) of(becauseOf(down, notNow('x')), nar);
    expect(records[0]).toMatchObject({ kind: 'request', status: 503, error: 'BUCKET_FAILED' });
    expect(records[1]).toMatchObject({ kind: 'failure', stage: 'serve', ...down });
    of(becauseOf({ ...down, code: 'OVERLOADED' }, notNow('x')), nar);
    expect(kinds()).toEqual(['request', 'BUCKET_FAILED', 'request', 'request', 'request', 'OVERLOADED']);
    pass(9_999);
    of(becauseOf(down, notNow('x')), nar);
    expect(kinds().at(-1)).toBe('request');
    pass(1);
    of(becauseOf(down, notNow('x')), nar);
    expect(kinds().at(-1)).toBe('BUCKET_FAILED');
  });

  it('goes with nothing that was said well: a 404 for a narinfo, a report that the bucket is down', () => {
    const { of, records } = logging();
    expect(of(becauseOf(down, notFound), { path: `/${hash}.narinfo` })).toMatchObject({
      cache: 'error',
      error: down.code,
    });
    of(text(503, 'offline'), { path: '/healthz' });
    expect(records.map(({ kind }) => kind)).toEqual(['request', 'request']);
  });

  it('is cut to what a record may hold', () => {
    const { of, records } = logging();
    of(becauseOf({ code: 'x'.repeat(100), message: 'y'.repeat(9_000) }, notNow('x')));
    expect(records).toMatchObject([{ error: 'x'.repeat(64) }, { code: 'x'.repeat(64), message: 'y'.repeat(2_000) }]);
  });
});
