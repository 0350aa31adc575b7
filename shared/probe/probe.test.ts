import fc from 'fast-check';
import { BucketFailed, BucketFull, UpstreamFailed } from '../errors.ts';
import { listenHttp } from '../testing/http-server.ts';
import { askClickHouse } from './clickhouse.ts';
import { probe } from './probe.ts';
import { isTrouble, TROUBLES, troubleInWords, troubleOf } from './trouble.ts';

const coded = (code: string) => Object.assign(new Error('at 10.0.0.7'), { code });

describe('troubleOf', () => {
  it.each([
    ['a refused connection, deep down', new TypeError('fetch failed', { cause: coded('ECONNREFUSED') }), 521],
    ['several tries in one error', new AggregateError([coded('EHOSTUNREACH')]), 523],
    ['what S3 says', new BucketFailed('no', { answer: 'AccessDenied (403)' }), 403],
    ['what S3 says in its status only', new BucketFailed('no', { answer: 'SlowDown (503)' }), 503],
    ['a bucket that is not there', new BucketFailed('no', { answer: 'NoSuchBucket (404)' }), 404],
    ['a full disk', new BucketFull('no'), 507],
    ['a directory that is not ours', new BucketFailed('no', { code: 'EACCES' }, coded('EACCES')), 403],
    ['a status of upstream', new UpstreamFailed('no', { status: 502 }), 502],
    ['a status that nobody knows', new UpstreamFailed('no', { status: 418 }), 520],
    ['a certificate', new UpstreamFailed('no', {}, coded('CERT_HAS_EXPIRED')), 525],
    ['a time-out', new DOMException('late', 'TimeoutError'), 522],
    ['anything', 'a string', 520],
  ])('knows %s', (_what, error, code) => expect(troubleOf(error)).toBe(code));

  it('is always of the closed list, whatever was thrown', () => {
    fc.assert(
      fc.property(fc.anything(), (thrown) => {
        expect(isTrouble(troubleOf(thrown))).toBe(true);
      }),
    );
    expect(isTrouble('toString')).toBe(false);
    expect(troubleInWords(522)).toBe('522 (connection timed out)');
    expect(Object.values(TROUBLES).every((words) => /^[A-Za-z ]+$/.test(words))).toBe(true);
  });
});

describe('probe', () => {
  it('says how long the answer took', async () => {
    const times = [100, 142];
    await expect(probe(async () => undefined, { now: () => times.shift() ?? 0 })).resolves.toEqual({
      state: 'online',
      latencyMs: 42,
    });
  });

  it('ends in time, whether or not the part listens', async () => {
    await expect(probe(() => new Promise(() => undefined), { budgetMs: 20 })).resolves.toEqual({
      state: 'offline',
      trouble: 522,
    });
  });
});

describe('askClickHouse', () => {
  const place = { origin: '', user: undefined, password: undefined, database: undefined };

  it('asks for a query with the credentials it has', async () => {
    const server = await listenHttp((_request, response) => void response.end('1\n'));
    try {
      const ask = askClickHouse({ ...place, origin: server.url, user: 'reader', password: 'secret' });
      await expect(probe(ask)).resolves.toMatchObject({ state: 'online' });
      const [request] = server.requests;
      expect(request).toMatchObject({
        path: '/?query=SELECT%201',
        headers: { 'x-clickhouse-user': 'reader', 'x-clickhouse-key': 'secret' },
      });
    } finally {
      await server.close();
    }
  });

  it.each([
    [401, '', 401],
    [503, '', 503],
    [200, 'welcome to nginx', 520],
    [302, '', 520],
  ])('takes %i %p for trouble', async (status, body, trouble) => {
    const server = await listenHttp((_request, response) => void response.writeHead(status).end(body));
    try {
      await expect(probe(askClickHouse({ ...place, origin: server.url }))).resolves.toEqual({
        state: 'offline',
        trouble,
      });
    } finally {
      await server.close();
    }
    await expect(probe(askClickHouse({ ...place, origin: server.url }))).resolves.toEqual({
      state: 'offline',
      trouble: 521,
    });
  });
});
