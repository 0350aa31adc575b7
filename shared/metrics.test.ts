import fc from 'fast-check';
import {
  createMetrics,
  type EmfLine,
  MOST_DIMENSIONS,
  MOST_METRICS,
  memoryMetrics,
  noMetrics,
  openMetrics,
} from './metrics.ts';

const now = () => new Date('2026-11-25T11:00:00.000Z');

/** What CloudWatch's specification of the format demands of a line. */
function expectEmf(line: EmfLine): void {
  expect(Number.isInteger(line._aws.Timestamp)).toBe(true);
  expect(line._aws.Timestamp).toBeGreaterThan(1e12); // milliseconds
  expect(line._aws.CloudWatchMetrics).toHaveLength(1);
  for (const { Namespace, Dimensions, Metrics } of line._aws.CloudWatchMetrics) {
    expect(Namespace).toMatch(/^[\w.\-/#:]{1,1024}$/);
    for (const set of Dimensions) {
      expect(set.length).toBeLessThanOrEqual(MOST_DIMENSIONS);
      for (const key of set) expect(String(line[key])).toMatch(/^[\x21-\x7e][\x20-\x7e]{0,1023}$/);
    }
    expect(Metrics.length).toBeGreaterThan(0);
    expect(Metrics.length).toBeLessThanOrEqual(MOST_METRICS);
    for (const { Name, Unit } of Metrics) {
      expect(Number.isFinite(line[Name])).toBe(true);
      expect(['Count', 'Bytes', 'Seconds', 'Milliseconds']).toContain(Unit);
    }
  }
}

describe('metrics', () => {
  it('are one line of the embedded metric format', () => {
    const lines: string[] = [];
    const metrics = createMetrics({ function: 'copy', write: (line) => lines.push(line), now });
    metrics.put({ Copied: 9, BytesCopied: 1_500 }, { BytesCopied: 'Bytes' });
    expect(lines).toEqual([
      '{"_aws":{"Timestamp":1795604400000,"CloudWatchMetrics":[{"Namespace":"Copycat","Dimensions":[["Function"]],' +
        '"Metrics":[{"Name":"Copied","Unit":"Count"},{"Name":"BytesCopied","Unit":"Bytes"}]}]},' +
        '"Function":"copy","Copied":9,"BytesCopied":1500}',
    ]);
  });

  it('have further dimensions beside the function', () => {
    const metrics = memoryMetrics('detect', now);
    metrics.put({ ChannelLagSeconds: 3 }, { ChannelLagSeconds: 'Seconds' }, { Channel: 'nixos-unstable' });
    expect(metrics.said[0]?._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([['Function', 'Channel']]);
    expect(metrics.said).toMatchObject([{ Function: 'detect', Channel: 'nixos-unstable', ChannelLagSeconds: 3 }]);
  });

  it('are valid whatever is put, or not written', () => {
    const values = fc.dictionary(fc.stringMatching(/^[A-Z][A-Za-z]{0,30}$/), fc.double(), { maxKeys: 150 });
    fc.assert(
      fc.property(values, (put) => {
        const metrics = memoryMetrics('copy', now);
        metrics.put(put);
        for (const line of metrics.said) expectEmf(line);
        expect(metrics.said).toHaveLength(Object.values(put).some(Number.isFinite) ? 1 : 0);
      }),
    );
  });

  it('are written nowhere when they are off', () => {
    const lines: string[] = [];
    const write = (line: string) => lines.push(line);
    const told = (METRICS: 'emf' | 'off') => ({ METRICS, METRICS_NAMESPACE: 'Copycat/prod' });
    openMetrics(told('off'), 'copy', write).put({ Copied: 1 });
    expect(lines).toEqual([]);
    openMetrics(told('emf'), 'copy', write).put({ Copied: 1 });
    expect(lines).toEqual([expect.stringContaining('"Namespace":"Copycat/prod"')]);
    const all = [openMetrics(told('off'), 'copy'), openMetrics(told('emf'), 'copy'), noMetrics];
    expect(all.map(({ on }) => on)).toEqual([false, true, false]);
  });
});
