/** What came of hard days, for people. */
import type { DayReport } from './day.ts';

export const figuresOfDays = (reports: readonly DayReport[]): string => reports.map(figuresOf).join('');

function figuresOf({ day, seed, durationMs, counts }: DayReport): string {
  const lines = Object.entries(counts).map(([what, of]) => `${day}: ${what}: ${inWords(of)}\n`);
  return `${day}: lived in ${Math.round(durationMs / 1000)} s; seed ${seed}\n${lines.join('')}`;
}

const inWords = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ') || 'none';
