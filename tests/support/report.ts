/** The report of diagnose-cache, as whoever reads it takes it: one verdict per line. */
import { type Environment, inheritedEnvironment } from '../../shared/config/env.ts';
import { startProgram } from './program.ts';

export interface Report {
  readonly code: number | null;
  /** All that it said. */
  readonly text: string;
  readonly errors: string;
  /** By what was tried: `ok a trusted key signed it`. */
  readonly verdicts: Readonly<Record<string, string>>;
}

const DIAGNOSE_MS = 60_000;
const LINE = /^(ok|note|WRONG|-) +(\S+) +(.+)$/gm;

/** What a shell does with `command`, whose output is a report. */
export async function diagnosed(command: string, environment: Environment): Promise<Report> {
  const program = startProgram('sh', ['-c', command], environment);
  const code = await program.end(DIAGNOSE_MS);
  const text = program.out();
  const lines = [...text.matchAll(LINE)].map(([, verdict = '', subject = '', said = '']) => [
    subject,
    `${verdict} ${said}`,
  ]);
  return { code, text, errors: program.errors(), verdicts: Object.fromEntries(lines) };
}

/** The folders where programs are looked for. */
export const searchPath = (): readonly string[] => (inheritedEnvironment().PATH ?? '').split(':');
