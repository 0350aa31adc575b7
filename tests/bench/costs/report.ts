/** The costs as tables: for a terminal, and as docs/deploy.md has them. */
import { count } from '../../../local/figures.ts';
import type { CostsReport } from './bench.ts';
import { bucketRequests, COUNTED, type Counted, type Counts } from './counts.ts';
import { costOf, costsOf, type PriceList } from './prices.ts';
import { NOTHING, type Usage, usageOfMonth, usageOfPaths, usageOfRequests } from './usage.ts';

export const PATHS = 100_000;
export const REQUESTS = 1_000_000;
/** Figures that functions write, by the table of docs/runbook.md, of two channels; and metrics that alarms of deploy/alarms.yml look at. */
export const METRICS = { customMetrics: 29, alarmMetrics: 37 };

export interface Costs {
  readonly paths: Usage;
  readonly requests: Usage;
  readonly month: Usage;
}

/** `cdn`: what CloudFront in front adds to a million requests; what leaves AWS by it is taken for what leaves AWS without it. */
export const usagesOf = (report: CostsReport) => ({
  elsewhere: costsAt(report, 'elsewhere'),
  s3: costsAt(report, 's3'),
  cdn: { ...NOTHING, cdnRequests: REQUESTS },
});

const costsAt = (report: CostsReport, at: 's3' | 'elsewhere'): Costs => ({
  paths: usageOfPaths(report, PATHS, at),
  requests: usageOfRequests(report, REQUESTS, at),
  month: usageOfMonth(report, METRICS, at),
});

/** Lines of Markdown. */
export function countTable({ path, idle, request }: CostsReport): readonly string[] {
  const rows: readonly (readonly [string, Counts])[] = [
    ['a store path: detect', path.detect],
    ['a store path: copy', path.copy],
    ['a store path: publish', path.publish],
    ['a look at a channel that has not moved', idle.poll],
    ['a tick of publish, with its probe', idle.tick],
    ['a run of collect that is not due', idle.collect],
    ['a narinfo', request.narinfo],
    ['a narinfo that the instance remembers', request.remembered],
    ['a narinfo that is not here', request.miss],
    ['a NAR, by a redirect', request.nar],
  ];
  const figure = (number: number): string => String(Number(number.toPrecision(2)));
  return markdown(
    ['for each', 'GET', 'HEAD', 'PUT', 'LIST', 'DELETE', 'SQS', 'upstream', 'log, bytes'],
    rows.map(([name, counts]) => [
      name,
      ...[counts.s3Get, counts.s3Head, counts.s3Put, counts.s3List, counts.s3Delete].map(figure),
      figure(counts.sqs),
      figure(counts.upstream),
      figure(counts.logBytes),
    ]),
  );
}

export function costTable(report: CostsReport, prices: PriceList): readonly string[] {
  const { elsewhere, s3, cdn } = usagesOf(report);
  const dollars = (usage: Usage): string => inDollars(costOf(usage, prices));
  const most = (usage: Usage): string => {
    const [name = '', usd = 0] = Object.entries(costsOf(usage, prices)).sort(([, a], [, b]) => b - a)[0] ?? [];
    return `${prices.prices[name as keyof Usage].unit}: ${inDollars(usd)}`;
  };
  return markdown(
    ['', 'AWS + MinIO elsewhere', 'all AWS', 'most of it, all AWS'],
    [
      [
        `${count(PATHS)} store paths mirrored, and a month of their storage`,
        dollars(elsewhere.paths),
        dollars(s3.paths),
        most(s3.paths),
      ],
      [`${count(REQUESTS)} requests`, dollars(elsewhere.requests), dollars(s3.requests), most(s3.requests)],
      ['the same through CloudFront, more', dollars(cdn), dollars(cdn), most(cdn)],
      ['a month in which nothing happens', dollars(elsewhere.month), dollars(s3.month), most(s3.month)],
    ],
  );
}

/** What is billed of each column of `costTable`, all on AWS. */
function usageTable(report: CostsReport, { prices }: PriceList): readonly string[] {
  const { paths, requests, month } = usagesOf(report).s3;
  return markdown(
    ['billed, all AWS', `${count(PATHS)} paths`, `${count(REQUESTS)} requests`, 'an idle month'],
    Object.entries(prices).map(([name, { unit }]) => [
      unit,
      ...[paths, requests, month].map((usage) => String(Number(usage[name as keyof Usage].toPrecision(3)))),
    ]),
  );
}

const inDollars = (usd: number): string => `$${usd.toFixed(2)}`;

const markdown = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] =>
  [head, head.map((_, at) => (at === 0 ? '---' : '---:')), ...rows].map((cells) => `| ${cells.join(' | ')} |`);

export function costsInWords(report: CostsReport, prices: PriceList): string {
  const { xz, zstd } = report.cpuSecondsPerMegabyte;
  const stages = { ...report.path, ...report.idle, ...report.request };
  const cpu = Object.entries(stages).map(([name, counts]) => `${name} ${(counts.cpuSeconds * 1_000).toFixed(2)} ms`);
  const bytes = (name: Counted) =>
    Object.entries(stages).flatMap(([stage, counts]) =>
      counts[name] > 0 ? [`${stage} ${Math.round(counts[name])}`] : [],
    );
  return [
    `${count(report.paths)} store paths, as many requests of each kind; requests for each`,
    '',
    ...countTable(report),
    '',
    `processor: ${cpu.join(', ')}; verifying ${xz.toFixed(3)} s (xz), ${zstd.toFixed(3)} s (zstd) for a MB of a NAR file`,
    ...COUNTED.filter((name) => name.startsWith('bytes')).map((name) => `${name}: ${bytes(name).join(', ') || 'none'}`),
    `requests of buckets: ${Object.entries(stages)
      .map(([name, counts]) => `${name} ${bucketRequests(counts).toFixed(2)}`)
      .join(', ')}`,
    '',
    `by the prices of deploy/prices.json (${prices.region}, ${prices.asOf}) and what tests/bench/costs/assumed.ts assumes`,
    '',
    ...costTable(report, prices),
    '',
    ...usageTable(report, prices),
    '',
  ].join('\n');
}
