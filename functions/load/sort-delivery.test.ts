import fc from 'fast-check';
import { logLine, RECORDS } from '../../shared/testing/log-lines.ts';
import type { Line } from './decode.ts';
import { eventIdOf } from './event-id.ts';
import { type Readable, sortDelivery } from './sort-delivery.ts';
import { tokenOf, tokenOfText } from './token.ts';

const BEGUN = new Date('2026-11-25T12:00:00Z');
const now = BEGUN.getTime();
const record = (id: string): string => logLine(RECORDS.request, { id, at: BEGUN });
const delivery = (...texts: string[]): Readable => ({
  kind: 'lines',
  token: tokenOf(texts),
  source: 'spool',
  lines: texts.map((text, n): Line => ({ id: `line ${n}`, at: now - n, text })),
});

describe('a sorted delivery', () => {
  it('has the rows of each table, and how many lines were what', () => {
    const sorted = sortDelivery(
      delivery(record('one'), '', logLine(RECORDS.probe, { id: 'two', at: BEGUN }), record('one'), 'what?'),
      BEGUN,
    );
    expect([...sorted.rows].map(([table, rows]) => [table, rows.length])).toEqual([
      ['requests', 1],
      ['probes', 1],
      ['failures', 1],
      ['unreadable', 1],
    ]);
    expect(sorted.counts).toEqual({ rows: 2, noise: 1, unreadable: 1, repeated: 1 });
    expect(sorted.newest).toEqual(BEGUN);
  });

  it('keeps what is unreadable, and one failure of load says so', () => {
    const { rows, reason } = sortDelivery(delivery('', 'from 203.0.113.77', 'again'), BEGUN);
    expect(reason).toBe('not a record of the log stream: not JSON');
    expect(rows.get('unreadable')).toEqual([
      { at: now - 1, eventId: eventIdOf('line 1'), columns: { source: 'spool', reason, line: 'from [address]' } },
      { at: now - 2, eventId: eventIdOf('line 2'), columns: { source: 'spool', reason, line: 'again' } },
    ]);
    expect(rows.get('failures')).toMatchObject([
      {
        at: now,
        columns: {
          stage: 'load',
          code: 'UNREADABLE',
          object: 'spool',
          message: expect.stringContaining(`2 of the lines could not be read; the first: ${reason}`),
        },
      },
    ]);
  });

  it('keeps a piece of a delivery that is unreadable as a whole', () => {
    const text = 'x'.repeat(10_000);
    const { rows, counts } = sortDelivery(
      { kind: 'unreadable', token: tokenOfText(text), reason: 'not gzip', text },
      BEGUN,
    );
    expect(rows.get('unreadable')).toMatchObject([
      { at: now, columns: { source: 'unknown', reason: 'not gzip', line: 'x'.repeat(4_096) } },
    ]);
    expect(rows.get('failures')).toHaveLength(1);
    expect(counts).toMatchObject({ unreadable: 1 });
  });

  it('names no value that a record should not have had', () => {
    const { rows } = sortDelivery(delivery(record('x').replace('"nar"', '"/from/203.0.113.77"')), BEGUN);
    expect(JSON.stringify([...rows])).not.toContain('203.0.113.77');
  });

  it('has times that the tables take, whatever the log stream says', () => {
    const { rows, newest } = sortDelivery(
      { ...delivery('what?'), lines: [{ id: 'x', at: 1e300, text: 'what?' }] } as Readable,
      BEGUN,
    );
    expect([newest, ...(rows.get('unreadable') ?? []).map(({ at }) => new Date(at))]).toEqual([BEGUN, BEGUN]);
  });

  it('is the same at every try, and each line is one thing', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', record('a'), record('b'), 'END RequestId: x'),
    );
    fc.assert(
      fc.property(fc.array(text), (texts) => {
        const sorted = sortDelivery(delivery(...texts), BEGUN);
        const { rows, noise, unreadable, repeated } = sorted.counts;
        expect(rows + noise + unreadable + repeated).toBe(texts.length);
        expect(sorted.rows.get('unreadable')?.length ?? 0).toBe(unreadable);
        expect(sorted.rows.get('requests')?.length ?? 0).toBe(rows);
        expect(sortDelivery(delivery(...texts), BEGUN)).toEqual(sorted);
      }),
    );
  });
});
