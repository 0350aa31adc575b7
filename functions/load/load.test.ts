import { AnalyticsFailed } from '../../shared/errors.ts';
import { memoryLog } from '../../shared/log.ts';
import { memoryMetrics } from '../../shared/metrics.ts';
import { failedInvocation, type LogEvent, sqsBatch, subscription } from '../../shared/testing/log-delivery.ts';
import { logLine, RECORDS } from '../../shared/testing/log-lines.ts';
import { load } from './load.ts';
import { memoryLogTables } from './memory-log-tables.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const signal = new AbortController().signal;
const event = (id: string, message = logLine(RECORDS.request, { id, at: NOW })): LogEvent => ({
  id,
  timestamp: NOW.getTime(),
  message,
});

function world(cut?: (moment: string) => void) {
  const tables = memoryLogTables(cut ? { cut } : {});
  const log = memoryLog();
  const metrics = memoryMetrics('load');
  return { tables, log, metrics, deps: { tables, log, metrics, now: () => NOW } };
}
const down = (): never => {
  throw new AnalyticsFailed('could not look into deliveries: ECONNREFUSED');
};
const requests = ({ tables }: ReturnType<typeof world>): number => tables.rows('requests').length;

describe('load', () => {
  it('makes rows of a delivery, and says how many', async () => {
    const it = world();
    await expect(
      load(subscription([event('1'), event('2'), event('3', 'END RequestId: 1')]), it.deps, signal),
    ).resolves.toEqual({
      outcome: 'loaded',
    });
    expect(requests(it)).toBe(2);
    expect(it.tables.ledger).toMatchObject([
      { source: '/aws/lambda/copycat-dev-serve', rows: 2, noise: 1, unreadable: 0, begun: NOW, newest: NOW },
    ]);
    const done = { event: 'load.done', outcome: 'loaded', rows: 2, noise: 1, already: 0, delay_ms: 0, duration_ms: 0 };
    expect(it.log.lines).toMatchObject([done]);
    const figures = { RowsLoaded: 2, LinesUnreadable: 0, DeliveriesFailed: 0, LogDelaySeconds: 0 };
    expect(it.metrics.said).toMatchObject([figures]);
  });

  it('has nothing to do when a subscription begins', async () => {
    const it = world();
    const control = subscription([event('', 'CWL CONTROL MESSAGE')], { messageType: 'CONTROL_MESSAGE' });
    await expect(load(control, it.deps, signal)).resolves.toEqual({ outcome: 'nothing' });
    expect(it.tables.ledger).toEqual([]);
  });

  it('loads what failed from the queue, bare or as Lambda left it, once', async () => {
    const it = world();
    const [one, two] = [subscription([event('1')]), subscription([event('2')])];
    const batch = sqsBatch({
      a: JSON.stringify(one),
      b: JSON.stringify(failedInvocation(two)),
      c: JSON.stringify(failedInvocation(one)),
    });
    for (let times = 0; times < 2; times += 1) {
      await expect(load(batch, it.deps, signal)).resolves.toEqual({ batchItemFailures: [] });
    }
    await load(two, it.deps, signal);
    expect(requests(it)).toBe(2);
  });

  it.each([
    ['by itself', (payload: unknown) => payload, { outcome: 'loaded' }],
    ['from the queue', (payload: unknown) => sqsBatch({ a: JSON.stringify(payload) }), { batchItemFailures: [] }],
  ])('keeps what nobody can read, and is done with it: %s', async (_how, wrap, answer) => {
    const it = world();
    const payloads = [{ awslogs: { data: 'garbage' } }, { Records: 'no' }, [], 'text'];
    for (const payload of payloads) await expect(load(wrap(payload), it.deps, signal)).resolves.toEqual(answer);
    expect(it.tables.rows('unreadable')).toHaveLength(payloads.length);
    expect(it.tables.rows('failures')).toHaveLength(payloads.length);
    expect(it.log.lines.filter(({ event: said }) => said === 'load.unreadable')).toHaveLength(payloads.length);
  });

  it('throws when ClickHouse is down, so that Lambda tries again', async () => {
    const it = world(down);
    await expect(load(subscription([event('1')]), it.deps, signal)).rejects.toThrow(AnalyticsFailed);
    expect(it.log.lines).toMatchObject([{ event: 'load.done', outcome: 'failed', code: 'ANALYTICS_FAILED' }]);
    expect(it.metrics.said).toMatchObject([{ RowsLoaded: 0, DeliveriesFailed: 1 }]);
    expect(it.metrics.said[0]).not.toHaveProperty('LogDelaySeconds'); // none would be a good one
  });

  it('leaves in the queue what ClickHouse did not take, and that only', async () => {
    let calls = 0;
    const it = world((moment) => {
      if (moment === 'insert requests') calls += 1;
      if (moment === 'insert requests' && calls === 2) down();
    });
    const batch = sqsBatch(
      Object.fromEntries(['a', 'b', 'c'].map((id) => [id, JSON.stringify(subscription([event(id)]))])),
    );
    await expect(load(batch, it.deps, signal)).resolves.toEqual({ batchItemFailures: [{ itemIdentifier: 'b' }] });
    expect(requests(it)).toBe(2);
    expect(it.log.lines).toContainEqual(
      expect.objectContaining({
        event: 'message.stays',
        message_id: 'b',
        outcome: 'stays',
        error: expect.objectContaining({ code: 'ANALYTICS_FAILED' }),
      }),
    );
    await load(batch, it.deps, signal);
    expect(requests(it)).toBe(3);
    expect(it.metrics.said).toMatchObject([
      { RowsLoaded: 2, DeliveriesFailed: 1 },
      { RowsLoaded: 3, DeliveriesFailed: 0 }, // what is put in again counts again
    ]);
  });

  it('leaves in the queue what it has no time for', async () => {
    const time = new AbortController();
    const it = world((moment) => {
      if (moment === 'insert requests done') time.abort();
    });
    const batch = sqsBatch(
      Object.fromEntries(['a', 'b', 'c'].map((id) => [id, JSON.stringify(subscription([event(id)]))])),
    );
    await expect(load(batch, it.deps, time.signal)).resolves.toEqual({
      batchItemFailures: [{ itemIdentifier: 'b' }, { itemIdentifier: 'c' }],
    });
    expect(requests(it)).toBe(1);
  });

  it('lets go of everything where there is no ClickHouse, and says so', async () => {
    const { log, metrics } = world();
    const deps = { log, metrics, now: () => NOW, tables: undefined };
    await expect(load(subscription([event('1')]), deps, signal)).resolves.toEqual({ outcome: 'off' });
    await expect(load(sqsBatch({ a: JSON.stringify(subscription([event('1')])) }), deps, signal)).resolves.toEqual({
      batchItemFailures: [],
    });
    expect(log.lines).toMatchObject([{ level: 'warn', event: 'load.off' }, { event: 'load.off' }]);
  });
});

describe('rows that ClickHouse refuses as data', () => {
  const refuse = (times: number) => {
    let left = times;
    return world((moment) => {
      if (moment !== 'insert requests' || left === 0) return;
      left -= 1;
      throw new AnalyticsFailed('could not insert into requests: CANNOT_PARSE_NUMBER', { type: 'CANNOT_PARSE_NUMBER' });
    });
  };
  const delivery = subscription([event('1'), event('2'), event('3', logLine(RECORDS.probe, { id: '3', at: NOW }))]);

  it('are tried once more, for they may have been cut on their way', async () => {
    const it = refuse(1);
    await load(delivery, it.deps, signal);
    expect(requests(it)).toBe(2);
    expect(it.tables.rows('unreadable')).toEqual([]);
  });

  it('are kept as unreadable in the end, once, and hold up nothing else', async () => {
    const it = refuse(Number.POSITIVE_INFINITY);
    for (let times = 0; times < 3; times += 1)
      await expect(load(delivery, it.deps, signal)).resolves.toEqual({ outcome: 'loaded' });
    expect(requests(it)).toBe(0);
    expect(it.tables.rows('probes')).toHaveLength(1);
    expect(it.tables.rows('unreadable')).toMatchObject(
      [1, 2].map(() => ({
        columns: {
          reason: expect.stringContaining('CANNOT_PARSE_NUMBER'),
          line: expect.stringContaining('"pname":"glibc"'),
        },
      })),
    );
    expect(it.tables.rows('failures')).toMatchObject([{ columns: { stage: 'load', code: 'REFUSED' } }]);
    expect(it.log.lines).toContainEqual(
      expect.objectContaining({ level: 'error', event: 'load.refused', table: 'requests', count: 2 }),
    );
  });
});
