/** What came of a kill run, for people. */
import type { KillReport } from './kills.ts';

export function figuresOfKills(report: KillReport): string {
  const { kills, found, steps, rows, deliveries, tries, lines, distinctLines, durationMs, seed } = report;
  return [
    `killed: ${inWords(kills)} in ${Math.round(durationMs / 1000)} s; seed ${seed}`,
    `of what was on its way there was: ${inWords(found)}`,
    `steps: ${inWords(steps)}`,
    `${deliveries} deliveries, given ${tries} times; ${lines} lines, of which ${distinctLines} are unlike each other`,
    `exact: ${inWords(rows)}`,
  ]
    .map((line) => `${line}\n`)
    .join('');
}

const inWords = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
