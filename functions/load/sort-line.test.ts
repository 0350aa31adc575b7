import fc from 'fast-check';
import { MOST_LINE_LENGTH } from '../../events/log-record.ts';
import { createLog, LEVELS } from '../../shared/log.ts';
import { createMetrics, type Metrics } from '../../shared/metrics.ts';
import { logLine, RECORDS } from '../../shared/testing/log-lines.ts';
import { sortLine } from './sort-line.ts';

const BEGUN = new Date('2026-11-25T12:00:00Z');
const DAY = 24 * 3_600_000;
const at = (ms: number) => new Date(BEGUN.getTime() + ms);
const line = (changes: object = {}): string =>
  JSON.stringify({ ...(JSON.parse(logLine(RECORDS.request, { id: 'x', at: BEGUN })) as object), ...changes });
const logged = (say: (log: ReturnType<typeof createLog>) => void): string => {
  const lines: string[] = [];
  say(createLog({ level: 'debug', fields: { function: 'copy' }, write: (text) => lines.push(text) }));
  return lines.join('\n');
};
const metered = (put: (metrics: Metrics) => void): string => {
  const lines: string[] = [];
  put(createMetrics({ function: 'copy', write: (text) => lines.push(text) }));
  return lines.join('\n');
};

describe('a line', () => {
  it.each(Object.entries(RECORDS))('is a record: %s', (_kind, record) => {
    const sorted = sortLine(logLine(record, { id: 'x', at: BEGUN }), BEGUN);
    expect(sorted).toMatchObject({ kind: 'record', record, at: BEGUN.getTime() });
  });

  it.each([
    ['nothing', ''],
    ['blanks', ' \t'],
    ['our own log', logged((log) => log.info('copy.done', { kind: 'request', bytes: 12 }))],
    ...LEVELS.map((level) => [`our own log, ${level}`, logged((log) => log[level]('said'))]),
    ['our metrics', metered((metrics) => metrics.put({ Copied: 9 }, {}, { Channel: 'nixos-unstable' }))],
    ['a start', 'START RequestId: 8f5e Version: $LATEST'],
    ['an end', 'END RequestId: 8f5e'],
    ['a report', 'REPORT RequestId: 8f5e\tDuration: 12.30 ms\tBilled Duration: 13 ms\tMemory Size: 512 MB\t'],
    ['a trace', 'XRAY TraceId: 1-5f\tSegmentId: 5f\tSampled: true'],
    ['an init', 'INIT_START Runtime Version: nodejs:24.v1\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:0'],
    ['an extension', 'EXTENSION\tName: x\tState: Ready\tEvents: [INVOKE]'],
    ['the platform in JSON', '{"time":"2026-11-25T12:00:00Z","type":"platform.report","record":{"metrics":{}}}'],
  ])('is noise: %s', (_what, text) => {
    expect(sortLine(text, BEGUN)).toEqual({ kind: 'noise' });
  });

  it.each([
    ['what nobody knows', 'Segmentation fault', /not JSON/],
    ['what a library printed', '2026-11-25T12:00:00.000Z\tid\tWARN\tdeprecated', /not JSON/],
    ['the log of another', '{"time":"2026-11-25T12:00:00Z","level":"fatal","event":"x"}', /kind/],
    ['the type of another', '{"time":"2026-11-25T12:00:00Z","type":"platform","record":{}}', /kind/],
    ['the metadata of another', '{"_aws":{"Timestamp":1}}', /kind/],
    ['a bare value', 'null', /\(all\)/],
    ['an unknown version', line({ v: 2 }), /: v: /],
    ['an unknown kind', line({ kind: 'visit' }), /: kind: /],
    ['a field that is wrong', line({ status: 'OK' }), /: status: /],
    ['a field that is missing', line({ route: undefined }), /: route: /],
    ['a time that is none', line({ ts: 'yesterday' }), /: ts: /],
    ['a day that is none', line({ ts: '2026-13-41T00:00:00Z' }), /: ts: /],
    ['a record of long ago', line({ ts: at(-90 * DAY - 1).toISOString() }), /ts: out of reach/],
    ['a record of the future', line({ ts: at(2 * 3_600_000 + 1).toISOString() }), /ts: out of reach/],
    ['a line without end', `{"v":1,"kind":"request","id":"${'x'.repeat(MOST_LINE_LENGTH)}"}`, /longer than/],
    ['half a record', line().slice(0, -1), /not JSON/],
  ])('is unreadable, with the reason: %s', (_what, text, reason) => {
    expect(sortLine(text, BEGUN)).toEqual({ kind: 'unreadable', reason: expect.stringMatching(reason) });
  });

  it('may be as old and as new as the tables and the clocks allow', () => {
    for (const ms of [-90 * DAY, 2 * 3_600_000]) {
      expect(sortLine(line({ ts: at(ms).toISOString() }), BEGUN)).toMatchObject({ kind: 'record' });
    }
  });

  it('is one of the three, whatever it is', () => {
    const torn = fc
      .tuple(fc.nat(400), fc.nat(400), fc.string())
      .map(([from, to, text]) => line().slice(0, from) + text + line().slice(to));
    const like = fc
      .record(
        {
          v: fc.constantFrom(1, 2),
          kind: fc.constantFrom('request', 'copy', 'probe', '__proto__'),
          time: fc.string(),
          level: fc.anything(),
        },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value) ?? '');
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), torn, like, fc.json()), (text) => {
        expect(['record', 'noise', 'unreadable']).toContain(sortLine(text, BEGUN).kind);
      }),
      { numRuns: 1000 },
    );
  });
});
