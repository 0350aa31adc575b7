import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as v from 'valibot';
import { parseClickHouseUrl } from '../../config/clickhouse-url.ts';
import { AnalyticsFailed, Malformed } from '../../errors.ts';
import { openClickHouse } from '../client.ts';
import { type Asked, ask } from './ask.ts';
import { channelUpdateRow } from './channel-updates.ts';
import { packageDayRow } from './package-days.ts';
import { sizeRow } from './sizes.ts';
import { trafficRow } from './traffic.ts';

const ROW = v.object({ n: v.number() });
const QUESTION = { sql: 'SELECT n FROM numbers', row: ROW };

/** Something that answers where ClickHouse should. */
async function answering(listener: RequestListener, use: (client: Asked) => Promise<void>): Promise<void> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = openClickHouse(parseClickHouseUrl(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  try {
    await use(client);
  } finally {
    await client.close();
    server.closeAllConnections();
    server.close();
  }
}

it('reads the rows of an answer', () =>
  answering(
    (_request, response) => response.end('{"n":1}\n{"n":2}\n'),
    async (client) => expect(await ask(QUESTION, client, new AbortController().signal)).toEqual([{ n: 1 }, { n: 2 }]),
  ));

it('lets go of an answer that has begun and does not end, as soon as nobody waits any more', async () => {
  const left = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  await answering(
    (_request, response) => {
      response.write('{"n":1}\n');
      const drip = setInterval(() => response.write('{"n":2}\n'), 20);
      response.once('close', () => {
        clearInterval(drip);
        left.resolve();
      });
    },
    async (client) => {
      const out = new AbortController();
      const query: Asked['query'] = async (question) => {
        const answer = await client.query(question);
        begun.resolve();
        return answer;
      };
      const asking = ask(QUESTION, { query }, out.signal);
      asking.catch(() => {});
      await begun.promise;
      await nextTurn();
      out.abort();
      await expect(asking).rejects.toThrow(AnalyticsFailed);
      await left.promise;
    },
  );
});

it.each([
  ['rows', '{"n":1}\n'],
  ['bytes', `{"n":1,"more":"${'x'.repeat(65_536)}"}\n`],
])('reads no more %s than an answer may have', async (_what, row) => {
  const left = Promise.withResolvers<void>();
  await answering(
    (_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(row.repeat(100))) {}
      };
      response.on('drain', more).once('close', () => left.resolve());
      more();
    },
    async (client) => {
      await expect(ask(QUESTION, client, new AbortController().signal)).rejects.toThrow(Malformed);
      await left.promise;
    },
  );
});

it.each<[string, RequestListener, new (...facts: never[]) => Error]>([
  ['a page', (_request, response) => response.end('<!doctype html>\n<p>hello</p>\n'), AnalyticsFailed],
  ['other rows', (_request, response) => response.end('{"m":1}\n'), Malformed],
  [
    'what breaks off',
    (_request, response) => response.write('{"n":1}\n{"n"', () => response.destroy()),
    AnalyticsFailed,
  ],
])('takes %s for no answer', (_what, listener, refused) =>
  answering(listener, async (client) => {
    await expect(ask(QUESTION, client, new AbortController().signal)).rejects.toThrow(refused);
  }),
);

it.each([
  [
    'a time of no calendar',
    channelUpdateRow,
    {
      at: '2026-13-41T25:00:00Z',
      channel: 'c',
      outcome: 'published',
      release: '',
      revision: '',
      paths: 0,
      newPaths: 0,
      unavailable: 0,
      durationUs: 0,
    },
  ],
  ['a word for a time', trafficRow, { at: 'now', result: 'hit', requests: 1, bodyBytes: 1 }],
  ['a word for a day', packageDayRow, { date: 'today', version: null, downloads: 1, bodyBytes: 1 }],
  ['a size that no chart has room for', sizeRow, { log2Size: 2 ** 40, downloads: 1, bodyBytes: 1 }],
])('takes no row with %s: a page would fail of it', (_what, row, found) => {
  expect(v.is(row, found)).toBe(false);
});
