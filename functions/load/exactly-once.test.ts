/**
 * What load is for: each event is in its table once, and counted once by every view, whatever came how often, in which pieces, and
 * wherever it was cut.
 */
import fc from 'fast-check';
import { AnalyticsFailed } from '../../shared/errors.ts';
import { silentLog } from '../../shared/log.ts';
import { logLine, RECORDS } from '../../shared/testing/log-lines.ts';
import type { Line } from './decode.ts';
import { loadDelivery } from './load-delivery.ts';
import { type MemoryLogTables, memoryLogTables } from './memory-log-tables.ts';
import type { Readable } from './sort-delivery.ts';
import { tokenOf } from './token.ts';

const BEGUN = Date.parse('2026-12-02T12:00:00Z');
const HOUR = 3_600_000;
const EVENTS = 12;
const signal = new AbortController().signal;

/** Over several hours, days and two months, so that one delivery has several partitions. */
const timeOf = (event: number): number => BEGUN - (event % 4) * 24 * HOUR - event * 600_000;

const lineOf = (event: number): Line => {
  const record = event % 5 === 4 ? RECORDS.copy : RECORDS.request;
  const at = new Date(timeOf(event));
  return { id: `log event ${event}`, at: at.getTime(), text: logLine(record, { id: `record ${event}`, at }) };
};

const deliveryOf = (events: readonly number[]): Readable => ({
  kind: 'lines',
  token: tokenOf(events.map(String)),
  source: 'spool',
  lines: events.map(lineOf),
});

const isRequest = (event: number): boolean => event % 5 !== 4;
const sum = (view: ReadonlyMap<string, number>): number =>
  [...view.values()].reduce((total, count) => total + count, 0);

function expectOnce(tables: MemoryLogTables, events: ReadonlySet<number>): void {
  const requests = tables.rows('requests');
  const ids = [...requests, ...tables.rows('copies')].map(({ eventId }) => eventId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toHaveLength(events.size);
  expect(requests).toHaveLength([...events].filter(isRequest).length);
}

function expectCountedOnce(tables: MemoryLogTables): void {
  const hours = new Map<string, number>();
  for (const { at } of tables.rows('requests')) {
    const hour = new Date(at).toISOString().slice(0, 13);
    hours.set(hour, (hours.get(hour) ?? 0) + 1);
  }
  expect(tables.views.hourly).toEqual(hours);
  expect(sum(tables.views.daily)).toBe(tables.rows('requests').length);
}

/** Sets of events that have some in common, as when CloudWatch Logs sends again what it had in other pieces before. */
const deliveries = fc.array(fc.uniqueArray(fc.nat(EVENTS - 1), { minLength: 1 }), { minLength: 1, maxLength: 6 });
/** Which delivery is tried, and at which moment it is cut. */
const tries = fc.array(
  fc.record({ which: fc.nat(5), cutAt: fc.nat(25), laterMs: fc.constantFrom(0, 0, HOUR, 7 * HOUR, 30 * HOUR) }),
  {
    maxLength: 16,
  },
);

/** Tables of which a test says when they are cut, and what time it is. */
function world() {
  let left = Number.POSITIVE_INFINITY;
  let now = BEGUN;
  const moments: string[] = [];
  const tables = memoryLogTables({
    now: () => new Date(now),
    windowMs: 24 * HOUR,
    cut(moment) {
      moments.push(moment);
      if (left === 0) throw new AnalyticsFailed(`cut: ${moment}`);
      left -= 1;
    },
  });
  const load = (delivery: Readable, cutAt = Number.POSITIVE_INFINITY) => {
    left = cutAt;
    return loadDelivery(delivery, { tables, now: () => new Date(now), log: silentLog }, signal);
  };
  const wait = (ms: number): void => {
    now += ms;
  };
  return { tables, moments, load, wait };
}

describe('a delivery', () => {
  it('counts once, wherever it was cut before, and whatever others with the same events came between', async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, tries, async (sets, attempts) => {
        const { tables, load } = world();
        for (const { which, cutAt } of attempts) {
          await load(deliveryOf(sets[which % sets.length] ?? []), cutAt).catch((error) =>
            expect(error).toBeInstanceOf(AnalyticsFailed),
          );
        }
        for (const events of sets) await load(deliveryOf(events));
        expectOnce(tables, new Set(sets.flat()));
        expectCountedOnce(tables);
      }),
      { numRuns: 500 },
    );
  });

  it('never counts twice, even when it comes again after ClickHouse has forgotten its token', async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, tries, async (sets, attempts) => {
        const { tables, moments, load, wait } = world();
        let someViewWasCut = false;
        for (const { which, cutAt, laterMs } of attempts) {
          wait(laterMs);
          await load(deliveryOf(sets[which % sets.length] ?? []), cutAt).catch(() => {
            someViewWasCut ||= /^(inserted requests|counted)/.test(moments.at(-1) ?? '');
          });
        }
        for (const events of sets) await load(deliveryOf(events));
        expectOnce(tables, new Set(sets.flat()));
        if (!someViewWasCut) return expectCountedOnce(tables);
        const requests = tables.rows('requests').length; // a view that was cut that long ago is not mended
        expect(sum(tables.views.hourly)).toBeLessThanOrEqual(requests);
        expect(sum(tables.views.daily)).toBeLessThanOrEqual(requests);
      }),
      { numRuns: 500 },
    );
  });

  it('counts once when it is loaded several times at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.uniqueArray(fc.nat(EVENTS - 1), { minLength: 1 }),
        async (scheduler, events) => {
          const tables = memoryLogTables({ cut: (moment) => scheduler.schedule(Promise.resolve(), moment) });
          const now = () => new Date(BEGUN);
          const all = Promise.all(
            [1, 2, 3].map(() => loadDelivery(deliveryOf(events), { tables, now, log: silentLog }, signal)),
          );
          await scheduler.waitFor(all);
          expectOnce(tables, new Set(events));
          expectCountedOnce(tables);
        },
      ),
    );
  });

  it('is cut at every moment there is, and whole in the end', async () => {
    const events = Array.from({ length: EVENTS }, (_, event) => event);
    const whole = world();
    await whole.load(deliveryOf(events));
    expect(whole.moments.length).toBeGreaterThan(12);
    for (const cutAt of whole.moments.keys()) {
      const { tables, load } = world();
      await expect(load(deliveryOf(events), cutAt)).rejects.toThrow(AnalyticsFailed);
      await load(deliveryOf(events));
      expectOnce(tables, new Set(events));
      expectCountedOnce(tables);
    }
  });
});
