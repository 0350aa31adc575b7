/** What came of chaos runs, for people. */
import type { ChaosReport } from './chaos.ts';

export function figuresOf(reports: readonly ChaosReport[]): string {
  const lines = (['file', 'minio'] as const).flatMap((storage) => {
    const own = reports.filter((report) => report.storage === storage);
    return own.length > 0 ? linesOf(storage, own) : [];
  });
  return lines.map((line) => `${line}\n`).join('');
}

function linesOf(storage: string, reports: readonly ChaosReport[]): readonly string[] {
  const sum = (of: (report: ChaosReport) => number): number => reports.reduce((total, report) => total + of(report), 0);
  const kills = total(reports.map((report) => report.kills));
  const slowest = Math.max(...reports.map(({ completeAfterMs }) => completeAfterMs));
  return [
    `${storage}: ${reports.length} mirrors, ${inWords(kills)} killed in ${seconds(sum(({ durationMs }) => durationMs))}`,
    `${storage}: started ${sum(({ starts }) => starts)} times; faults of upstream flipped ${sum(({ faultFlips }) => faultFlips)} times, MinIO killed ${sum(({ storageKills }) => storageKills)} times`,
    `${storage}: complete at the latest ${seconds(slowest)} after the last kill; uploads left unfinished: ${sum(({ unfinishedUploads }) => unfinishedUploads)}`,
    `${storage}: narinfos answered meanwhile: ${inWords(total(reports.map(({ narInfos }) => narInfos)))}`,
    `${storage}: visible whenever it was down: ${reports.map(({ visible }) => visible.join(' ')).join(' | ')}`,
    `${storage}: staged whenever it was down: ${reports.map(({ staged }) => staged.join(' ')).join(' | ')}`,
  ];
}

function total(counts: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const [name, count] of counts.flatMap((one) => Object.entries(one))) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

const inWords = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
