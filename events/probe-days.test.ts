import fc from 'fast-check';
import { Malformed } from '../shared/errors.ts';
import { formatProbeDays, type ProbedMinutes, parseProbeDays, probedDay } from './probe-days.ts';
import type { Finding } from './probes.ts';

const minutes: fc.Arbitrary<ProbedMinutes> = fc
  .tuple(fc.nat(1_440), fc.nat(1_440))
  .map(([one, other]) => ({ ok: Math.min(one, other), down: Math.max(one, other) - Math.min(one, other) }));
const date = fc
  .date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') })
  .map((at) => at.toISOString().slice(0, 10));
const days = fc.uniqueArray(fc.record({ date, bucket: minutes, clickhouse: minutes, upstream: minutes }), {
  selector: (day) => day.date,
});

it('reads what it wrote', () => {
  fc.assert(
    fc.property(days, (some) => {
      expect(parseProbeDays(formatProbeDays(some))).toEqual(some);
    }),
  );
});

it('counts each minute once, up or down, and none that was not probed', () => {
  const finding: fc.Arbitrary<Finding> = fc.oneof(fc.nat(), fc.record({ code: fc.nat() }), fc.constant(null));
  const row = fc.record({ minute: fc.nat(1_439), bucket: finding, clickhouse: finding, upstream: finding });
  fc.assert(
    fc.property(fc.uniqueArray(row, { selector: ({ minute }) => minute }), (rows) => {
      const { bucket } = probedDay({ date: '2026-11-22', minutes: rows });
      expect(bucket.ok + bucket.down).toBe(rows.filter((one) => one.bucket !== null).length);
      expect(bucket.down).toBe(rows.filter((one) => typeof one.bucket !== 'number' && one.bucket !== null).length);
    }),
  );
});

const PARTS = '"parts":["bucket","clickhouse","upstream"]';
it.each([
  ['', '(all)'],
  ['{"parts":["upstream","bucket","clickhouse"],"days":[]}', 'parts.0'],
  [`{${PARTS},"days":[["today",[1,0],[1,0],[1,0]]]}`, 'days.0.0'],
  [`{${PARTS},"days":[["2026-11-22",[1,0],[1,0]]]}`, 'days.0.3'],
  [`{${PARTS},"days":[["2026-11-22",[1440,1],[1,0],[1,0]]]}`, 'days.0.1'],
  [`{${PARTS},"days":[["2026-11-22",[-1,0],[1,0],[1,0]]]}`, 'days.0.1.0'],
  [`{${PARTS},"days":[["2026-11-22",[0,0],[0,0],[0,0]],["2026-11-22",[1,0],[1,0],[1,0]]]}`, 'days'],
])('names what is wrong with %j', (text, field) => {
  expect(() => parseProbeDays(text)).toThrow(Malformed);
  expect(() => parseProbeDays(text)).toThrow(expect.objectContaining({ facts: { field } }));
});
