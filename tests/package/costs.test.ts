/** What deploy.md says of costs is the counts of the stages' own logic, times the prices of one table. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { MEMORY } from '../bench/costs/assumed.ts';
import { benchCosts, type CostsReport } from '../bench/costs/bench.ts';
import { noCounts, perOne, without } from '../bench/costs/counts.ts';
import { costOf, readPrices } from '../bench/costs/prices.ts';
import { costTable, countTable, METRICS } from '../bench/costs/report.ts';
import {
  NOTHING,
  sum,
  times,
  type Usage,
  usageOfPaths,
  usageOfRequest,
  usageOfRequests,
} from '../bench/costs/usage.ts';
import type { Progress } from '../bench/progress.ts';

const textOf = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const COUNTED = JSON.parse(textOf('deploy/counts.json')) as CostsReport;
const PRICES = readPrices();
const UNSEEN: Progress = { begin: () => undefined, at: () => undefined, end: () => undefined };

describe('the costs in docs/deploy.md', () => {
  const lines = textOf('docs/deploy.md').split('\n');

  it('are the counts of deploy/counts.json by the prices of deploy/prices.json', () => {
    expect(lines).toEqual(expect.arrayContaining([...countTable(COUNTED)]));
    expect(lines).toEqual(expect.arrayContaining([...costTable(COUNTED, PRICES)]));
    expect(lines.join('\n')).toContain(`as of ${PRICES.asOf}`);
  });

  it('are of functions with the memory, and of alarms, that are deployed', () => {
    for (const [stage, megabytes] of Object.entries(MEMORY))
      expect(textOf('serverless.yml')).toMatch(
        new RegExp(`^  ${stage}:(?:.*\n    .*)*?\n    memorySize: ${megabytes}\\b`, 'm'),
      );
    expect(textOf('deploy/alarms.yml').match(/MetricName:/g)).toHaveLength(METRICS.alarmMetrics);
  });
});

describe('npm run bench -- costs', () => {
  it('counts of each request and each copy what deploy/counts.json says', async () => {
    const { path, request, idle } = await benchCosts(30, UNSEEN, AbortSignal.timeout(100_000));
    const requests = ({ s3Get, s3Head, s3Put, s3List, sqs, upstream }: CostsReport['path']['copy']) => [
      s3Get,
      s3Head,
      s3Put,
      s3List,
      sqs,
      upstream,
    ];
    expect(requests(path.copy)).toEqual(requests(COUNTED.path.copy));
    for (const kind of ['narinfo', 'remembered', 'miss', 'nar'] as const)
      expect(requests(request[kind])).toEqual(requests(COUNTED.request[kind]));
    for (const run of ['poll', 'tick', 'collect'] as const)
      expect(requests(idle[run])).toEqual(requests(COUNTED.idle[run]));
    expect(path.publish.s3Put).toBeCloseTo(COUNTED.path.publish.s3Put, 0);
  });
});

describe('what is billed', () => {
  it('has no S3 with a MinIO elsewhere, and its NARs leave AWS', () => {
    const [there, here] = [usageOfPaths(COUNTED, 1_000, 'elsewhere'), usageOfPaths(COUNTED, 1_000, 's3')];
    expect([there.s3Reads, there.s3Writes, there.storedGbMonths, here.egressGb]).toEqual([0, 0, 0, 0]);
    expect(there.egressGb).toBeGreaterThan(here.storedGbMonths); // all NARs, and small things
    expect([here.gbSeconds, here.lambdaRequests]).toEqual([there.gbSeconds, there.lambdaRequests]);
    expect(usageOfRequests(COUNTED, 1_000, 'elsewhere').egressGb).toBeLessThan(0.001 * 1_000);
  });

  it('of one request is an invocation, its requests and its lines', () => {
    const counts = { ...noCounts(), s3Get: 1, s3Head: 2, s3Put: 3, s3List: 4, s3Delete: 5, bytesAnswered: 1e9 };
    expect(usageOfRequest(counts, 's3')).toMatchObject({ s3Reads: 3, s3Writes: 7, egressGb: 1, lambdaRequests: 1.1 });
  });

  it('grows with what is done, and costs the sum of its parts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 1e6 }), (a, b) => {
        const cost = (usage: Usage) => costOf(usage, PRICES);
        const [one, other] = [usageOfPaths(COUNTED, a, 's3'), usageOfRequests(COUNTED, b, 'elsewhere')];
        expect(cost(sum(one, other))).toBeCloseTo(cost(one) + cost(other), 6);
        expect(cost(times(one, 2))).toBeCloseTo(2 * cost(one), 6);
        expect(cost(one)).toBeGreaterThan(0);
      }),
    );
    expect(costOf(NOTHING, PRICES)).toBe(0);
    expect(costOf({ ...NOTHING, lambdaRequests: 5e6, egressGb: 2 }, PRICES)).toBeCloseTo(5 * 0.2 + 2 * 0.09, 9);
  });

  it('is of one thing what all took, without what would have been done anyway', () => {
    const [all, idle] = [
      { ...noCounts(), s3Get: 30, s3Put: 3 },
      { ...noCounts(), s3Get: 2, s3Put: 4 },
    ];
    expect(perOne(without(all, idle, 5), 10)).toMatchObject({ s3Get: 2, s3Put: 0 });
  });
});
